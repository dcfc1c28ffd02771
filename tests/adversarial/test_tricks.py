"""What a page sends itself is judged by what it does."""

from tests.adversarial.proof import (
    test_the_attack_fails,
    test_the_attack_succeeds_without_its_guard,
)
from tests.adversarial.tricks import SCENARIOS

__all__ = ["SCENARIOS", "test_the_attack_fails", "test_the_attack_succeeds_without_its_guard"]
