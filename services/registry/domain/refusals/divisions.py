"""Refusals about what becomes of divisions: changes, kinds, natural villages."""

from __future__ import annotations

from shared.refusals import Conflict, Forbidden, RuleBroken


class DivisionClosed(Conflict):
    """Where a household names it, `closed_since` is the first day it is none any more and `successors` are the open
    divisions that followed it."""

    code = "registry.division_closed"
    zh = "该区划已撤销,不能再变更或在其下增加区划、户档案"
    en = "The division is closed: it is neither changed again nor added to"


class DivisionBelowOnly(Forbidden):
    code = "registry.division_below_only"
    zh = "区划的变更和类别由其上级机构办理"
    en = "What becomes of a division is recorded by an office above it"


class DivisionChangeShape(RuleBroken):
    code = "registry.division_change_shape"
    zh = "变更的原区划与新区划不合其类型:合并至一、拆分自一(至少二)、更名为同一代码、改码为另一代码、撤销无新区划"
    en = (
        "Predecessors and successors do not fit the kind of change: a merge has one successor, a split one predecessor"
        " and two successors or itself and another, a rename the same code, a recode another code, an abolition none"
    )


class DivisionLevelDiffers(RuleBroken):
    code = "registry.division_level_differs"
    zh = "原区划与新区划须为同一层级"
    en = "A division and its successor are of the same level"


class DivisionCycle(RuleBroken):
    code = "registry.division_cycle"
    zh = "变更自相循环:新区划同时是其自身的前身"
    en = "The change runs in a circle: a division would be its own predecessor"


class DivisionDays(RuleBroken):
    code = "registry.division_days"
    zh = "变更日期须晚于该区划的起始日及其上一次变更"
    en = "The day must lie after the division's first day and after its change before"
    pointer = "/on"


class DivisionNameNeeded(RuleBroken):
    code = "registry.division_name_needed"
    zh = "新设的区划须有名称"
    en = "A new division needs a name"


class DivisionNameSame(RuleBroken):
    code = "registry.division_name_same"
    zh = "新名称与现名称相同"
    en = "The new name is the present one"
    pointer = "/successors/0/name"


class DivisionNameDiffers(RuleBroken):
    code = "registry.division_name_differs"
    zh = "已有的区划不在此变更中改名,请另行登记更名"
    en = "An existing division keeps its name in this change: record a rename"


class DivisionHasChildren(Conflict):
    code = "registry.division_has_children"
    zh = "所撤销的区划仍有下级区划,须一并迁移"
    en = "The division that closes has open divisions below it: they must move too"
    pointer = "/moves"


class DivisionMoveWrong(RuleBroken):
    code = "registry.division_move_wrong"
    zh = "随迁的区划须在所撤销的区划之下,且其新代码须在同一变更的新区划之下"
    en = "What moves lies below a division that closes, and its new code below a successor of this change"


class DivisionCodeTaken(Conflict):
    code = "registry.division_code_taken"
    zh = "新代码已被使用"
    en = "The new code is in use"


class DivisionKindLevel(RuleBroken):
    code = "registry.division_kind_level"
    zh = "该类别不适用于此层级的区划"
    en = "This kind is not for a division of this level"
    pointer = "/kind"


class DivisionKindOverlap(Conflict):
    code = "registry.division_kind_overlap"
    zh = "该区划在此期间已属于此类别"
    en = "The division is of this kind already in these days"
    pointer = "/valid_from"


class DivisionKindNotOpen(Conflict):
    code = "registry.division_kind_not_open"
    zh = "该区划现不属于此类别"
    en = "The division is not of this kind now"


class DivisionKindDays(RuleBroken):
    code = "registry.division_kind_days"
    zh = "截止日不能早于起始日"
    en = "The last day lies before the first"
    pointer = "/valid_to"


class NaturalVillageExists(Conflict):
    code = "registry.natural_village_exists"
    zh = "本村已有同名的自然村(村民小组)"
    en = "The village has a natural village of this name"
    pointer = "/name"


class NaturalVillagesFull(Conflict):
    code = "registry.natural_villages_full"
    zh = "本村的自然村编号已用完"
    en = "The village has used all numbers of natural villages"


class DivisionListUnreadable(RuleBroken):
    code = "registry.division_list_unreadable"
    zh = "区划文件无法读取:须为 UTF-8 的 csv 或 csv.gz,表头 code,level,name,parent_code"
    en = "The file cannot be read: it is a csv or csv.gz in UTF-8 with the columns code,level,name,parent_code"


class DivisionListUnsourced(RuleBroken):
    code = "registry.division_list_unsourced"
    zh = "不是随附的区划文件,须注明起始日和来源"
    en = "This is no list that came along: say from which day it is valid, and its source"


class DivisionListLine(RuleBroken):
    code = "registry.division_list_line"
    zh = "该行的代码、层级、名称或上级代码有误:层级随代码位数,上级为其前缀"
    en = "A line's code, level, name or parent is wrong: the level follows from the digits, the parent is a prefix"


class DivisionListTwice(RuleBroken):
    code = "registry.division_list_twice"
    zh = "同一代码出现两次"
    en = "The same code stands twice"


class DivisionListOrphans(RuleBroken):
    code = "registry.division_list_orphans"
    zh = "有区划的上级既不在文件中也不在系统中"
    en = "Divisions whose parent is neither in the file nor known"


class DivisionLoadRunning(Conflict):
    code = "registry.division_load_running"
    zh = "另一个区划导入正在进行"
    en = "Another load of divisions is running"
