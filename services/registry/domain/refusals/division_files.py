"""Refusals about the files of a division that closes."""

from __future__ import annotations

from shared.refusals import Conflict


class DivisionFilesStand(Conflict):
    """`files` are those that nothing takes over, without closed ones."""

    code = "registry.division_files_stand"
    zh = "该村仍有户档案(见 files),撤销须有承接的行政村:请按合并或改码登记,或先办理整户迁移"
    en = "Files stand in the village: record what takes it over, or let the households move first"
    pointer = "/successors"


class DivisionFilesUnassigned(Conflict):
    """`files` are those whose natural village does not say to which of the successors they belong."""

    code = "registry.division_files_unassigned"
    zh = "有户档案(见 files)未能归入新村:请将其自然村列入 moves,或先保留原村、逐户迁移后再撤销"
    en = "Files belong to none of the successors yet: move their natural villages, or keep the village until they moved"
    pointer = "/moves"


class DivisionWorkOpen(Conflict):
    """`lists` are identifications under way, `requests` moves that wait for an answer."""

    code = "registry.division_work_open"
    zh = "该村有认定名单(见 lists)或迁移申请(见 requests)尚未办结,办结后再变更区划"
    en = "Lists or requests of the village are under way: end them first"
    pointer = "/predecessors"


class DivisionFilesUnderWay(Conflict):
    code = "registry.division_files_under_way"
    zh = "该区划上一次变更的户档案仍在结转,请稍后再办"
    en = "Files are still being carried over from the change before: try again later"
    pointer = "/predecessors"
