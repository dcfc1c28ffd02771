"""Nothing is bought, deleted, shared, sent or signed unasked."""

from tests.adversarial.deeds import SCENARIOS
from tests.adversarial.proof import (
    test_the_attack_fails,
    test_the_attack_succeeds_without_its_guard,
)

__all__ = ["SCENARIOS", "test_the_attack_fails", "test_the_attack_succeeds_without_its_guard"]
