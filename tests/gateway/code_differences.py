"""The comparison of 符号 with the platform, as tests have it made and mended."""

from gateway import services, tasks
from gateway.models import CodeDifference, CodeReconciliation
from tests.gateway.flows import now_act, work_for_a_while


def people_there(far_end):
    """Return whom the platform knows, with the state of each 符号."""
    return far_end.platform.state.people


def reconciled():
    """Compare the 符号 with the platform now."""
    tasks.reconcile_codes()
    return CodeReconciliation.objects.latest("started_at")


def the_difference():
    """Return the one difference that is open."""
    return CodeDifference.objects.get(state="open")


def mended(clock):
    """Mend what is open, let the workers go on, compare again."""
    done = services.mend_code_differences(
        ids=services.open_code_differences(), act=now_act(reason="照合の結果")
    )
    work_for_a_while(clock)
    return done
