"""`manage.py run_platform_simulator`: the far end, in a process and with a state of its own."""

import argparse
import sys

from django.core.management.base import BaseCommand, CommandParser

from gateway.simulator import server


class Command(BaseCommand):
    help = "中間サーバ・プラットフォームのシミュレータを起動する(試験・研修・予行用)。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        server.add_arguments(parser)

    def handle(self, **options: object) -> None:
        sys.exit(server.run(argparse.Namespace(**options)))
