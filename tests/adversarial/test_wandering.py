"""The browser stays where it may be."""

from tests.adversarial.proof import (
    test_the_attack_fails,
    test_the_attack_succeeds_without_its_guard,
)
from tests.adversarial.wandering import SCENARIOS

__all__ = ["SCENARIOS", "test_the_attack_fails", "test_the_attack_succeeds_without_its_guard"]
