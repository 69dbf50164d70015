import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from reference_server import seed

Start = Callable[..., tuple[str, "subprocess.Popen[str]"]]

SECRET = "s3cret-of-the-pbx"  # noqa: S105 - the example
TOKEN = "t0ken-of-the-staff"  # noqa: S105


@pytest.fixture(scope="module")
def guarded(start: Start) -> str:
    return start("--token", TOKEN, REFERENCE_SECRET=SECRET)[0]


@pytest.mark.parametrize("path", [f"/{SECRET}", f"?secret={SECRET}"])
def test_the_secret_opens_in_the_path_and_in_the_query(
    web: httpx.Client, guarded: str, path: str
) -> None:
    joined = f"{guarded}/crm_integration{path}{'&' if '?' in path else '?'}numa={seed.COURIER}"
    assert web.get(joined).json() == {"returned_code": 1}


@pytest.mark.parametrize("path", ["", "/wrong", "?secret=wrong", "?secret=%FF", "/%ED%A0%80"])
def test_without_the_right_secret_nothing_is_told(
    web: httpx.Client, guarded: str, path: str
) -> None:
    answer = web.get(f"{guarded}/crm_integration{path}")
    assert (answer.status_code, answer.content) == (403, b'{"error":"forbidden"}')


@pytest.mark.parametrize("path", ["/api/couriers", "/api/orders", "/api/calls"])
def test_the_crm_wants_its_token(web: httpx.Client, guarded: str, path: str) -> None:
    assert web.get(guarded + path).status_code == 401
    wrong = {"authorization": "Bearer wrong"}
    assert web.get(guarded + path, headers=wrong).status_code == 401
    right = {"authorization": f"Bearer {TOKEN}"}
    assert web.get(guarded + path, headers=right).status_code == 200


def test_states_want_the_token_too(web: httpx.Client, guarded: str) -> None:
    assert web.post(f"{guarded}/states", json={"state": "fresh"}).status_code == 401


def test_a_foreign_address_is_refused_even_when_it_claims_another(
    web: httpx.Client, start: Start
) -> None:
    url, _ = start("--allow", "203.0.113.0/24")
    headers = {"x-forwarded-for": "203.0.113.7"}
    answer = web.get(f"{url}/crm_integration", headers=headers)
    assert (answer.status_code, answer.content) == (403, b'{"error":"forbidden"}')


def test_an_allowed_address_is_admitted(web: httpx.Client, start: Start) -> None:
    url, _ = start("--allow", "203.0.113.0/24", "--allow", "127.0.0.0/8")
    assert web.get(f"{url}/crm_integration").status_code == 200


def test_neither_secrets_nor_whole_numbers_are_printed(
    web: httpx.Client, start: Start, tmp_path_factory: pytest.TempPathFactory
) -> None:
    url, process = start("--secret", SECRET, "--token", TOKEN)
    web.get(f"{url}/crm_integration/{SECRET}?numa=79037654321&cdr_id=line%0Abreak")
    process.terminate()
    printed = process.communicate(timeout=20)[0]
    printed += "".join(
        log.read_text() for log in Path(tmp_path_factory.getbasetemp()).rglob("ready-*.log")
    )
    assert "7903*****21" in printed
    assert "'line\ufffdbreak'" in printed or "'line\\ufffdbreak'" in printed
    for hidden in (SECRET, TOKEN, "79037654321"):
        assert hidden not in printed
