"""Periodic work on files of business systems, and what is kept no longer."""

from celery import shared_task

from gateway import services
from gateway.tasks import line


@shared_task(name="gateway.tasks.exchange_files")
def exchange_files() -> int:
    """Look at the folders of the systems; return how many files came in or went out."""
    done = services.exchange_files(act=line.act())
    return done.received + done.results


@shared_task(name="gateway.tasks.dispose_of_exchanged")
def dispose_of_exchanged() -> int:
    """Remove values of results and files whose time is over; return how many of both."""
    act = line.act()
    return services.dispose_results(act=act) + services.dispose_exchanged_files(act=act)
