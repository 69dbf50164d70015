"""The examples that ship are true."""

from pathlib import Path

from mockpbx.manifest.pbx_toml import load
from reference_server.seed import FACTS

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_manifest_of_the_reference_server_tells_what_is_true_behind_it() -> None:
    assert load(EXAMPLES / "reference.toml").facts == FACTS
