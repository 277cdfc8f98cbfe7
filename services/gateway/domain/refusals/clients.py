"""What granting a machine client, its credentials and its addresses is refused for."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class ClientAlreadyExpired(RuleBroken):
    code = "gateway.client_expiry_past"
    zh = "有效期须在今天之后,且不超过三年"
    en = "The last day must lie ahead, and within three years"
    pointer = "/expires_on"


class ClientShut(Conflict):
    code = "gateway.client_shut"
    zh = "该部门系统账号已停用或已到期"
    en = "The machine is shut, or its last day is over"


class CredentialsFull(Conflict):
    code = "gateway.credentials_full"
    zh = "同类凭据最多两个;请先停用旧的"
    en = "Two of a kind at most: end the old one first"


class CredentialPresent(Conflict):
    code = "gateway.credential_present"
    zh = "该公钥已登记过"
    en = "This key is or was registered for this machine"
    pointer = "/key"


class KeyPrivate(RuleBroken):
    code = "gateway.key_private"
    zh = "只提交公钥;该私钥已泄露,请勿再使用"
    en = "Send the public key only, and make a new one: this private key is not secret any more"
    pointer = "/key"


class KeyUnfit(RuleBroken):
    code = "gateway.key_unfit"
    zh = "公钥须为 Ed25519、P-256 或 2048 位以上 RSA(JWK)"
    en = "The key must be an Ed25519, P-256 or RSA key of 2048 bits or more, as a JWK"
    pointer = "/key"


class NetworkUnfit(RuleBroken):
    code = "gateway.network_unfit"
    zh = "地址段须为 CIDR,主机位为零,且不得过宽"
    en = "A network must be CIDR with its host bits unset, and not nearly everything"
    pointer = "/networks"
