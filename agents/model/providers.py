"""Models of providers, through pydantic-ai's adapters: one request is one decision.

The adapters, and the SDK of the one provider in use, are imported on first use: they take a
second of work that a keyless installation never needs.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from agents.browser.addresses import AddressChecker
from agents.errors import ModelError
from agents.model import conversation
from agents.model.deltas import DeltaWriter
from agents.model.failures import translate
from agents.model.pricing import cost_of
from agents.model.protocol import Misread, ToolCall, read_reply
from agents.model.settings import ModelApi, Price, ToolMode
from agents.ports import DecideInput, Decision, Reply, Usage

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import Model

MAX_BACKOFF_S = 20.0
OPENROUTER_URL = "https://openrouter.ai/api/v1"


@dataclass(frozen=True)
class RouteSpec:
    """A checked choice of model. Secrets and headers stay out of its repr."""

    route: str
    model: str
    api_key: SecretStr | None = None
    base_url: str | None = None
    default_headers: dict[str, str] = field(default_factory=dict, repr=False)
    model_api: ModelApi = "chat-completions"
    vision: bool = False
    tool_mode: ToolMode = "native"
    max_output_tokens: int | None = None
    temperature: float | None = None
    price: Price | None = None
    timeout_s: float = 180.0
    max_attempts: int = 2
    max_retry_after_s: float = 5.0
    backoff_s: float = 0.5
    # Set when the task brought the address: judges it. See agents.model.guarded.
    checker: AddressChecker | None = field(default=None, repr=False, compare=False)

    @property
    def guarded(self) -> bool:
        """Whether the task brought the server's address."""
        return self.checker is not None

    @property
    def name(self) -> str:
        return f"{self.route}:{self.model}"

    def secrets(self) -> list[str]:
        """Strings that may not appear in any message."""
        key = [self.api_key.get_secret_value()] if self.api_key else []
        return key + [value for value in self.default_headers.values() if len(value) >= 8]


class ProviderRoute:
    """A ModelRoute over one provider's model.

    stub: the executor's API as the model sees it; None reads it from the executor.
    sleep: waits between attempts; tests pass their own.
    """

    def __init__(
        self,
        spec: RouteSpec,
        *,
        stub: str | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = spec.name
        self.wants_screenshot = spec.vision
        self._spec = spec
        self._stub = stub
        self._sleep = sleep
        self._model: Model | None = None
        self._client: Any = None

    def __repr__(self) -> str:
        return f"<ProviderRoute {self.name}>"

    async def aclose(self) -> None:
        """Close the connections. The route may be used again; it then opens new ones."""
        client, self._client, self._model = self._client, None, None
        if client is not None:
            await client.aclose()

    async def decide(self, turn: DecideInput) -> Reply:
        """The model's next decision; one repair request if its first answer held none.

        Raises: ModelError, with what was spent on answers that came.
        """
        spent = _Spent()
        try:
            return await self._decide(turn, spent)
        except ModelError as error:
            error.spent = spent.usage()
            raise

    async def _decide(self, turn: DecideInput, spent: _Spent) -> Reply:
        added: list[ModelMessage] = []
        for last in (False, True):
            response = await self._request(turn, added)
            spent.add(response, self._cost(response))
            try:
                decision = self._read(response)
            except Misread as problem:
                if last:
                    raise ModelError(
                        f"{self.name} answered twice without a usable decision: {problem}",
                        code="model_nonsense",
                        retryable=True,
                    ) from None
                added = conversation.repair(self._spec.tool_mode, _text_of(response), str(problem))
            else:
                return Reply(decision, spent.usage(), self.name)
        raise AssertionError("unreachable")

    # --- one request ----------------------------------------------------------------------------
    def _read(self, response: ModelResponse) -> Decision:
        from pydantic_ai.messages import ToolCallPart

        calls = [ToolCall(p.tool_name, p.args) for p in response.parts if type(p) is ToolCallPart]
        text = _text_of(response)
        if response.finish_reason == "content_filter" and not calls and not text.strip():
            raise ModelError(
                f"{self.name}: the provider's content filter stopped the answer.",
                code="model_refused",
            )
        try:
            return read_reply(text, calls)
        except RecursionError:
            raise Misread("Your answer was nested too deeply.") from None
        except Misread as problem:
            if response.finish_reason == "length":
                raise Misread("Your answer was cut off at its length limit. Be shorter.") from None
            raise problem

    async def _request(self, turn: DecideInput, added: list[ModelMessage]) -> ModelResponse:
        """One answered request: retried while it may help, trimmed once when it is too long."""
        trimmed = False
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._attempt(turn, added, trimmed)
            except ModelError as error:
                if error.code == "model_context_exceeded" and not trimmed:
                    trimmed = True
                    continue
                if not error.retryable or attempt >= self._spec.max_attempts:
                    raise
                if error.code == "model_nonsense" and attempt > 1:
                    raise
                await self._sleep(self._delay(attempt, error))

    def _delay(self, attempt: int, error: ModelError) -> float:
        """Seconds until the next attempt. Raises: the error, when the provider wants longer."""
        asked = error.retry_after_s
        if asked is not None:
            if asked > self._spec.max_retry_after_s:
                raise error
            # Everybody who was refused together would otherwise come back together.
            return asked + random.uniform(0, min(1.0, self._spec.backoff_s))
        full = min(MAX_BACKOFF_S, self._spec.backoff_s * 2 ** (attempt - 1))
        return random.uniform(full / 2, full)

    async def _attempt(
        self, turn: DecideInput, added: list[ModelMessage], trimmed: bool
    ) -> ModelResponse:
        try:
            model = await self._ready()
            return await self._stream(model, turn, added, trimmed)
        except ModelError:
            raise
        except Exception as error:
            # Adapters and SDKs raise many families of errors; all are told in our words, and
            # without a cause: its text and its request object may hold the key.
            raise translate(error, model=self.name, secrets=self._spec.secrets()) from None

    async def _stream(
        self, model: Model, turn: DecideInput, added: list[ModelMessage], trimmed: bool
    ) -> ModelResponse:
        from pydantic_ai.direct import model_request_stream

        mode = self._spec.tool_mode
        stub = self._executor_stub()
        asked = conversation.messages(
            turn,
            stub=stub,
            mode=mode,
            cache_point=self._spec.route in {"anthropic", "openrouter"},
            screenshot=turn.screenshot_png if self.wants_screenshot else None,
            trimmed=trimmed,
        )
        writer = DeltaWriter(turn.on_delta, json_text=mode == "json")
        async with model_request_stream(
            model,
            [*asked, *added],
            model_settings=self._model_settings(),  # type: ignore[arg-type]
            model_request_parameters=conversation.parameters(turn, stub=stub, mode=mode),
        ) as stream:
            async for event in stream:
                writer.feed(event)
            return stream.get()

    def _model_settings(self) -> dict[str, Any]:
        spec = self._spec
        chosen: dict[str, Any] = {"request_timeout": spec.timeout_s}
        # Anthropic wants a limit and counts it against the account's rate; a step is short.
        limit = spec.max_output_tokens or (16_000 if spec.route == "anthropic" else None)
        if limit:
            chosen["max_tokens"] = limit
        if spec.temperature is not None:
            chosen["temperature"] = spec.temperature
        if spec.route != "google" and spec.tool_mode == "native":
            chosen["parallel_tool_calls"] = False
        if spec.route == "anthropic":
            # Tools and standing orders never change in a run; the rest is marked by hand.
            chosen["anthropic_cache_tool_definitions"] = True
            chosen["anthropic_cache_instructions"] = True
        if spec.route == "openrouter":
            chosen["openrouter_usage"] = {"include": True}
        if spec.model_api == "responses" and spec.route in {"openai", "openai-compatible"}:
            chosen["openai_store"] = False
        return chosen

    def _cost(self, response: ModelResponse) -> Decimal | None:
        spec = self._spec
        return cost_of(
            response,
            model=spec.model,
            price=spec.price,
            base_url=spec.base_url if spec.route == "openai-compatible" else None,
        )

    def _executor_stub(self) -> str:
        if self._stub is None:
            from agents.executor import STUB

            self._stub = STUB
        return self._stub

    # --- the adapter ----------------------------------------------------------------------------
    async def _ready(self) -> Model:
        if self._model is not None:
            return self._model
        # Imports and certificate loading block for up to a second: off the loop, which runs
        # other agents too.
        model, self._client = await asyncio.to_thread(build_model, self._spec)
        self._model = model
        return model


@dataclass
class _Spent:
    """What the requests of one decision cost together."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)

    def add(self, response: ModelResponse, cost: Decimal | None) -> None:
        self.input_tokens += response.usage.input_tokens
        self.output_tokens += response.usage.output_tokens
        known = self.cost_usd is not None and cost is not None
        self.cost_usd = self.cost_usd + cost if known else None  # type: ignore[operator]

    def usage(self) -> Usage:
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cost_usd=self.cost_usd,
        )


def _text_of(response: ModelResponse) -> str:
    from pydantic_ai.messages import TextPart

    return "".join(part.content for part in response.parts if isinstance(part, TextPart))


def build_model(spec: RouteSpec) -> tuple[Model, Any]:
    """The adapter of a spec and the HTTP client that it talks through, which the caller closes."""
    import httpx2
    from pydantic_ai.models import create_async_httpx2_client

    # The route owns the retries, with the provider's wishes and a limit; the SDKs' are off.
    timeout = httpx2.Timeout(spec.timeout_s + 5, connect=min(10.0, spec.timeout_s))
    transport = None
    if spec.checker is not None:
        from agents.model.guarded import GuardedTransport

        transport = GuardedTransport(spec.checker)
    client = create_async_httpx2_client(timeout=timeout, transport=transport)
    client.headers.update(spec.default_headers)
    builders: dict[str, Callable[[RouteSpec, Any], Model]] = {
        "anthropic": _anthropic,
        "google": _google,
        "openrouter": _openrouter,
    }
    return builders.get(spec.route, _openai)(spec, client), client


def _key(spec: RouteSpec) -> str:
    # Servers without keys still get a header: the SDK refuses to start without one.
    return spec.api_key.get_secret_value() if spec.api_key else "no-key"


def _openai_client(spec: RouteSpec, client: Any, base_url: str | None) -> Any:
    from openai import AsyncOpenAI

    return AsyncOpenAI(api_key=_key(spec), base_url=base_url, http_client=client, max_retries=0)


def _openai(spec: RouteSpec, client: Any) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.openai import OpenAIProvider
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    sdk = _openai_client(spec, client, spec.base_url)
    provider: Any
    if spec.route == "openai":
        provider = OpenAIProvider(openai_client=sdk)
    else:
        provider = OpenAICompatibleProvider("openai-compatible", openai_client=sdk)
    if spec.model_api == "responses":
        return OpenAIResponsesModel(spec.model, provider=provider)
    return OpenAIChatModel(spec.model, provider=provider)


def _openrouter(spec: RouteSpec, client: Any) -> Model:
    from pydantic_ai.models.openai import OpenAIResponsesModel
    from pydantic_ai.models.openrouter import OpenRouterModel
    from pydantic_ai.providers.openrouter import OpenRouterProvider

    sdk = _openai_client(spec, client, spec.base_url or OPENROUTER_URL)
    provider = OpenRouterProvider(openai_client=sdk)
    if spec.model_api == "responses":
        return OpenAIResponsesModel(spec.model, provider=provider)
    return OpenRouterModel(spec.model, provider=provider)


def _anthropic(spec: RouteSpec, client: Any) -> Model:
    from anthropic import AsyncAnthropic
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    sdk = AsyncAnthropic(
        api_key=_key(spec), base_url=spec.base_url, http_client=client, max_retries=0
    )
    return AnthropicModel(spec.model, provider=AnthropicProvider(anthropic_client=sdk))


def _google(spec: RouteSpec, client: Any) -> Model:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    provider = GoogleProvider(api_key=_key(spec), http_client=client, base_url=spec.base_url)
    return GoogleModel(spec.model, provider=provider)
