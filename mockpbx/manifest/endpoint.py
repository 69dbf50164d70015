"""The endpoint under test: all that is known of it, in one value."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from mockpbx.core.scenario import ForwardTo, Scenario
from mockpbx.manifest import pbx_toml
from mockpbx.manifest.facts import (
    DEFAULT_FACTS,
    FactKind,
    derived,
    is_of_courier_line,
    kind_of,
)
from mockpbx.masking import HIDDEN, Masker, secrets_of_headers, secrets_of_url, without_secrets
from mockpbx.scenario import library as scenarios
from mockpbx.wire.request import Dialect, Method, Profile

DEFAULT_SCENARIO = "courier-line"
_IS_VARIABLE = re.compile(r"([A-Za-z]+ )?\$\{[A-Za-z_][A-Za-z0-9_]*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """What is known of an endpoint.

    Attributes:
        profile: How the PBX asks it.
        scenario: The PBX scenario, with the deadline that holds for this endpoint.
        facts: What is true behind it.
        states_url: Where it is put into states.
        states_headers: Sent along.
        ca_file: Certificates to trust instead of the usual authorities.
        environment: Values that came from environment variables: secrets.
        manifest: What the manifest says, for reports; secrets are still names in it.
        named: How the command line named it, as shell words without secrets.
        is_reference: True for the reference server that we started.
        names_scenario: Whether anybody said which PBX scenario this is.
        declares_deadline: Whether anybody said how long the PBX waits.
        hidden_caller: How hidden callers arrive, if anybody said so.
        derived: Names of facts that nobody declared, but that follow from those declared.
        features: Features of the owner that are part of a certification.
        scripts: Call scripts of the owner that are.
    """

    profile: Profile
    scenario: Scenario
    facts: Mapping[str, str]
    states_url: str | None = None
    states_headers: tuple[tuple[str, str], ...] = ()
    ca_file: str | None = None
    environment: frozenset[str] = frozenset()
    manifest: pbx_toml.Manifest | None = None
    named: str = ""
    is_reference: bool = False
    names_scenario: bool = False
    declares_deadline: bool = False
    hidden_caller: str | None = None
    derived: frozenset[str] = frozenset()
    features: tuple[Path, ...] = ()
    scripts: tuple[Path, ...] = ()

    @classmethod
    def at(cls, url: str) -> Self:
        """Know nothing but an address."""
        scenario = scenarios.load(DEFAULT_SCENARIO)
        return cls(profile=Profile(url=url), scenario=scenario, facts=DEFAULT_FACTS)

    @classmethod
    def described(cls, manifest: pbx_toml.Manifest) -> Self:
        """Know what a manifest says.

        Raises:
            ManifestError: An environment variable is not set.
            UsageError: The scenario does not exist or is wrong.
        """
        states = manifest.states
        scenario = scenarios.load(manifest.scenario.use)
        return cls(
            profile=manifest.profile(),
            scenario=_with_deadline(scenario, manifest.deadline_s),
            facts={**DEFAULT_FACTS, **manifest.facts},
            states_url=pbx_toml.expanded_url(states.url, "states.url") if states else None,
            states_headers=(
                pbx_toml.expanded_headers(states.headers, "states.headers") if states else ()
            ),
            ca_file=manifest.endpoint.ca_file,
            environment=frozenset(manifest.from_environment()),
            manifest=manifest,
            names_scenario=manifest.names_scenario,
            # A scenario of one's own says how long it waits, or takes what it is given.
            declares_deadline=manifest.deadline_s is not None or _is_file(manifest.scenario.use),
            hidden_caller=manifest.endpoint.hidden_caller,
            features=tuple(map(Path, manifest.certify.features)),
            scripts=tuple(map(Path, manifest.certify.scripts)),
        )

    def with_derived_facts(self) -> Self:
        """Return the endpoint with the facts that follow from those that are declared."""
        more = derived(self.facts)
        return replace(self, facts={**self.facts, **more}, derived=frozenset(more))

    @property
    def declares_parameters(self) -> bool:
        """Tell whether anybody said which parameters are ticked."""
        return self.profile.parameters is not None

    @property
    def own_line(self) -> str | None:
        """The name of the scenario, where it is another line than the courier's.

        So it is where the scenario is the owner's own, and they tell of no courier: a clinic, a
        taxi. Whoever has a courier line in a scenario of their own gives its facts.
        """
        is_own = self.names_scenario and not scenarios.is_builtin(self.scenario)
        tells_of_couriers = any(map(is_of_courier_line, self.facts))
        return self.scenario.name if is_own and not tells_of_couriers else None

    @property
    def deadline_s(self) -> float:
        """Seconds that the PBX waits for an answer."""
        return self.scenario.deadline_s

    @property
    def capabilities(self) -> frozenset[str]:
        """What the endpoint declares: ``https``, ``states``, and how it wants to be asked."""
        found = {self.profile.method.value}
        if self.profile.url.startswith("https:"):
            found.add("https")
        if self.states_url is not None:
            found.add("states")
        return frozenset(found)

    def summary(self) -> Mapping[str, object]:
        """Return what is known, for a report; of headers only the names."""
        profile, states_url = self.profile, self.states_url
        written = self.manifest.endpoint.headers if self.manifest else {}
        shown = {name: text for name, text in written.items() if _IS_VARIABLE.fullmatch(text)}
        return {
            "endpoint": {
                "url": without_secrets(profile.url),
                "method": profile.method.value,
                "dialect": profile.dialect.value,
                "deadline": f"{self.deadline_s:g}s",
                "headers": {name: shown.get(name, HIDDEN) for name, _ in profile.headers},
                **self._declared_form(),
            },
            "scenario": {"use": self.scenario.name},
            "facts": {name: text for name, text in self.facts.items() if name not in self.derived},
            "derived_facts": {name: self.facts[name] for name in sorted(self.derived)},
            "states": {"url": without_secrets(states_url)} if states_url else None,
        }

    def _declared_form(self) -> Mapping[str, object]:
        """Return what is declared of the requests; nothing where nobody said so."""
        said: dict[str, object] = {}
        if self.profile.parameters is not None:
            said["parameters"] = sorted(self.profile.parameters)
        if self.hidden_caller is not None:
            said["hidden_caller"] = self.hidden_caller
        return said

    def mask(self, mask: Masker) -> Masker:
        """Let a masker know the people behind the endpoint, and the secrets of reaching it."""
        secrets = {
            *self.environment,
            *secrets_of_url(self.profile.url),
            *secrets_of_url(self.states_url or ""),
            *secrets_of_headers((*self.profile.headers, *self.states_headers)),
        }
        # A long order number may look like a phone's, and is nobody's secret.
        people = [
            value for name, value in self.facts.items() if kind_of(name) is not FactKind.ORDER
        ]
        kept = [self.facts[name] for name in ("virtual_number",) if name in self.facts]
        # The PBX's own people come to be known call by call, and have their letters before.
        staff = [
            phone
            for operation in self.scenario.operations.values()
            if isinstance(operation, ForwardTo)
            for phone in operation.phones
        ]
        return mask.and_known(people, kept=kept).telling_apart(staff).and_secrets(secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What a command line or a program says of an endpoint; it prevails over the manifest.

    Attributes:
        url: Its address.
        scenario: A built-in scenario's name, a file, or the scenario itself.
        dialect: The brand.
        method: How it is asked.
        headers: Sent with every request.
        ca_file: Certificates to trust.
        deadline_s: Seconds that the PBX waits for a whole answer.
        facts: What is true behind it, besides what the manifest says.
    """

    url: str | None = None
    scenario: str | Scenario | None = None
    dialect: Dialect | None = None
    method: Method | None = None
    headers: tuple[tuple[str, str], ...] = ()
    ca_file: Path | None = None
    deadline_s: float | None = None
    facts: Mapping[str, str] = field(default_factory=dict)

    def applied(self, endpoint: Endpoint) -> Endpoint:
        """Return an endpoint in which what is given here prevails.

        Raises:
            UsageError: The scenario does not exist or is wrong.
        """
        profile, scenario = endpoint.profile, endpoint.scenario
        if self.scenario is not None:
            named = self.scenario
            scenario = scenarios.load(named) if isinstance(named, str) else named
            declared = endpoint.manifest.deadline_s if endpoint.manifest else None
            scenario = _with_deadline(scenario, declared)
        names = {name.lower() for name, _ in self.headers}
        kept = (pair for pair in profile.headers if pair[0].lower() not in names)
        return replace(
            endpoint,
            profile=replace(
                profile,
                url=self.url or profile.url,
                dialect=self.dialect or profile.dialect,
                method=self.method or profile.method,
                headers=(*kept, *self.headers),
            ),
            scenario=_with_deadline(scenario, self.deadline_s),
            ca_file=str(self.ca_file) if self.ca_file else endpoint.ca_file,
            facts={**endpoint.facts, **self.facts},
            names_scenario=endpoint.names_scenario or self.scenario is not None,
            declares_deadline=endpoint.declares_deadline or self.deadline_s is not None,
        )


def _is_file(scenario: str) -> bool:
    return scenario.endswith((".yaml", ".yml"))


def _with_deadline(scenario: Scenario, deadline_s: float | None) -> Scenario:
    """Let the endpoint's own deadline prevail over the scenario's."""
    return scenario if deadline_s is None else replace(scenario, deadline_s=deadline_s)
