"""OK to a question of a page is OK to that question alone."""

from tests.adversarial.proof import (
    test_the_attack_fails,
    test_the_attack_succeeds_without_its_guard,
)
from tests.adversarial.questions import SCENARIOS

__all__ = ["SCENARIOS", "test_the_attack_fails", "test_the_attack_succeeds_without_its_guard"]
