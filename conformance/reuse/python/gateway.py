"""For programs that use the generated client; copy it.

Gateways in front of the service answer with bodies that are no JSON. The generated functions
decode a body before anybody sees the status, so such an answer ends in a JSONDecodeError that
does not say what happened. With this hook it is an httpx.HTTPStatusError, which has the status
and the body:

    Client(base_url=…, httpx_args={"event_hooks": {"response": [raise_for_gateway]}})
"""

import httpx


def raise_for_gateway(response: httpx.Response) -> None:
    if response.is_error and "json" not in response.headers.get("Content-Type", ""):
        response.read()
        response.raise_for_status()
