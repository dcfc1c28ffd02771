"""An approval is spent once, and on what was shown."""

from tests.adversarial.proof import (
    test_the_attack_fails,
    test_the_attack_succeeds_without_its_guard,
)
from tests.adversarial.twice import SCENARIOS

__all__ = ["SCENARIOS", "test_the_attack_fails", "test_the_attack_succeeds_without_its_guard"]
