#!/usr/bin/env python
"""Entry point of every command."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import InterfaceError, OperationalError

DATABASE_AWAY = 2
"""Exit code: nothing of what was under way is stored; the same command may be run again."""

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapporo_base.settings")
    try:
        execute_from_command_line(sys.argv)
    except (OperationalError, InterfaceError) as error:
        cause = type(error.__cause__ or error).__name__
        sys.stderr.write(
            f"データベースを利用できないため中止しました({cause})。"
            "途中の処理は保存していません。データベースの起動を確認し、同じコマンドを再度実行してください。\n"
        )
        sys.exit(DATABASE_AWAY)
