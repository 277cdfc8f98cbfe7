"""Wire vocabulary of signing in: second factors, sign-ins that are on, machines' credentials, links to an issuer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, StringConstraints

from shared.schemas.gateway import NewPassword
from shared.schemas.wire import Wire


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value


OneTimeCode = Annotated[SecretStr, Field(min_length=1, max_length=64)]
"""Six digits of the device, or a recovery code."""
Network = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[0-9A-Fa-f:.]{2,45}(/[0-9]{1,3})?$")]
"""CIDR of IPv4 or IPv6; one address is a network too."""
Networks = Annotated[list[Network], Field(max_length=32)]
Subject = Annotated[str, BeforeValidator(_only_text), StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]
"""`sub` of the external issuer: opaque, compared as it is."""


class PasswordProof(Wire):
    """The present password: a token alone does not change how one signs in."""

    password: NewPassword


class CodeProof(Wire):
    otp: OneTimeCode


class SecondFactorProof(Wire):
    password: NewPassword
    otp: OneTimeCode


class SecondFactorState(Wire):
    state: Literal["none", "begun", "on"]
    required: bool = Field(description="whether the roles held need one today; without it nothing else is open")
    recovery_codes_left: int


class SecondFactorBegun(Wire):
    """Shown once. The second factor is on when a code of it was sent to `…/second-factor/confirmation`."""

    secret: str = Field(description="base32, for typing into a device")
    otpauth_uri: str = Field(description="for a picture the device reads; RFC 6238: SHA-1, six digits, 30 seconds")


class RecoveryCodes(Wire):
    """Shown once; each stands in for the device once. Those before are void."""

    codes: list[str]


class SignedIn(Wire):
    """A sign-in that is on."""

    id: str
    started_at: datetime
    last_used_at: datetime = Field(description="known to five minutes or so")
    expires_at: datetime
    grant: str = Field(description="password, client_credentials or external")
    peer: str = Field(description="the address it began from")
    second_factor: bool
    current: bool = Field(description="whether this very request belongs to it")


class Ended(Wire):
    ended: int = Field(description="how many sign-ins were ended")


class ClientCredential(Wire):
    """A secret or public key of a machine. Of a secret only its name is ever shown again."""

    id: str
    kind: Literal["secret", "key"]
    thumbprint: str = Field(default="", description="RFC 7638, of a key: what `kid` of an assertion may name")
    created_at: datetime


class ClientSecret(Wire):
    """The secret is shown once and kept only as a digest."""

    credential: ClientCredential
    client_secret: str


class NewClientKey(Wire):
    """A public key (RFC 7517): Ed25519, P-256, or RSA of 2048 bits or more."""

    key: Annotated[dict[str, Any], Field(max_length=20)]


class ClientAccess(Wire):
    """What a machine proves itself with and where it may come from. No networks: from anywhere."""

    client_id: str
    credentials: list[ClientCredential]
    networks: list[str]


class ClientNetworks(Wire):
    networks: Networks


class NewIssuerLink(Wire):
    """Ties a subject of the external issuer to an account."""

    subject: Subject


class IssuerLink(Wire):
    id: str
    issuer: str
    subject: str
    account: str
    username: str
    created_at: datetime


class OutcomeCount(Wire):
    grant: str
    outcome: str
    times: int
