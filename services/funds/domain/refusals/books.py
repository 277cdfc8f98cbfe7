"""What funds refuse of opening books as a whole; what is wrong with single rows is told row by row."""

from __future__ import annotations

from shared.refusals import Conflict, RuleBroken


class BookUnreadable(RuleBroken):
    code = "funds.book_unreadable"
    zh = "不是可读取的工作簿或 csv 文件"
    en = "Not a workbook or csv file that can be read"
    pointer = "/file"


class BookUnsafe(RuleBroken):
    code = "funds.book_unsafe"
    zh = "工作簿含有宏或外部链接,或展开后过大"
    en = "The workbook holds macros or links to other files, or is too large when unpacked"
    pointer = "/file"


class BookSheetMissing(RuleBroken):
    code = "funds.book_sheet_missing"
    zh = "缺少工作表:须有“接收”“分配”“支付”三张表"
    en = "A sheet is missing: the books have the sheets 接收, 分配 and 支付"
    pointer = "/file"


class BookHeadersWrong(RuleBroken):
    code = "funds.book_headers_wrong"
    zh = "表头缺少必需的列,请使用模板"
    en = "A needed column is missing from the headers; use the template"
    pointer = "/file"


class BookHeaderRepeated(RuleBroken):
    code = "funds.book_header_repeated"
    zh = "表头中同一列出现两次,无法判断以哪一列为准,请只留一列"
    en = "A column stands twice in the headers, and nothing says which one counts; leave one of them"
    pointer = "/file"


class BookUnitMissing(RuleBroken):
    code = "funds.book_unit_missing"
    zh = "金额列的表头须注明单位:金额(元)、金额(万元)或金额(分)"
    en = "The header of an amount must state its unit: 元, 万元 or 分"
    pointer = "/file"


class BookFilesWrong(RuleBroken):
    code = "funds.book_files_wrong"
    zh = "须上传一个含三张表的工作簿,或接收、分配、支付三个文件"
    en = "Send one workbook with three sheets, or the three files receipts, allocations and payments"
    pointer = "/file"


class BookEmpty(RuleBroken):
    code = "funds.book_empty"
    zh = "接收表中没有一行"
    en = "The sheet of receipts holds no row"
    pointer = "/file"


class BookTooLong(RuleBroken):
    code = "funds.book_too_long"
    zh = "行数过多,请按资金文件分几次导入"
    en = "Too many rows; send the books in by documents, in several parts"
    pointer = "/file"


class BookDivisionWrong(RuleBroken):
    code = "funds.book_division_wrong"
    zh = "期初账簿须由本县财政部门按本县导入"
    en = "Opening books are sent in by the county's own finance office for its county"
    pointer = "/division_code"


class BookAlreadySentIn(Conflict):
    code = "funds.book_already_sent_in"
    zh = "相同内容的账簿已导入或正待审定"
    en = "Books with the same content were posted or wait for a decision"
    pointer = "/file"


class BookNotWaiting(Conflict):
    code = "funds.book_not_waiting"
    zh = "账簿有未通过的行或已审定"
    en = "The books have faulty rows, or were decided on already"


class BookFaultyNow(Conflict):
    code = "funds.book_faulty_now"
    zh = "核验之后情况有变,账簿已有不能入账的行;请驳回后重新导入以取得逐行说明"
    en = "Since the check something changed and rows cannot be posted; refuse it and send it in again for the report"


class BookAfterLiveWork(Conflict):
    code = "funds.book_after_live_work"
    zh = "期初账簿只能补录本县在系统内办理业务之前的分配和支付;首日起的业务须在系统内逐笔办理"
    en = "Opening books hold what lay before the county's first day of live work; from that day on it is entered live"
    pointer = "/file"


class BookNotPosted(Conflict):
    code = "funds.book_not_posted"
    zh = "账簿尚未入账或已撤销"
    en = "The books are not posted, or were undone"


class BookBuiltUpon(Conflict):
    code = "funds.book_built_upon"
    zh = "已有业务在这些账目之上办理,不能整体撤销;请逐笔更正"
    en = "Money of these books has moved on; they cannot be undone as a whole, correct them one by one"


class ExportTooLong(RuleBroken):
    code = "funds.export_too_long"
    zh = "账目行数超过一次导出的上限,请按下级区划分别导出"
    en = "More rows than one export holds; export the divisions below one by one"
    pointer = "/division_code"
