"""Acts on 支援措置. One function is one act."""

from resident_basic.services.protection.alarms import acknowledge_alarms, raise_look_alarms
from resident_basic.services.protection.details import (
    ApplicationFacts,
    OpponentFacts,
    open_support_opponent,
    record_support_application,
    record_support_forwarding,
    record_support_opponent,
)
from resident_basic.services.protection.lifting import end_temporary_lifts, lift_temporarily
from resident_basic.services.protection.measures import (
    add_family_to_measure,
    decide_support_measure,
    end_support_measure,
    extend_support_measure,
    propose_end_of_support_measure,
    start_support_measure,
    withdraw_end_of_support_measure,
)

__all__ = [
    "ApplicationFacts",
    "OpponentFacts",
    "acknowledge_alarms",
    "add_family_to_measure",
    "decide_support_measure",
    "end_support_measure",
    "end_temporary_lifts",
    "extend_support_measure",
    "lift_temporarily",
    "open_support_opponent",
    "propose_end_of_support_measure",
    "raise_look_alarms",
    "record_support_application",
    "record_support_forwarding",
    "record_support_opponent",
    "start_support_measure",
    "withdraw_end_of_support_measure",
]
