"""What tying a subject of the external issuer to an account is refused for."""

from __future__ import annotations

from shared.refusals import Conflict


class IssuerAbsent(Conflict):
    code = "gateway.issuer_absent"
    zh = "未配置外部身份提供方"
    en = "No external issuer is set"


class SubjectLinked(Conflict):
    code = "gateway.subject_linked"
    zh = "该外部身份已关联账号"
    en = "This subject is tied to an account already"
    pointer = "/subject"
