"""Invented Chinese names: a family name and one or two characters that fit sex and generation."""

from __future__ import annotations

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马胡郭何高林罗郑梁谢宋唐许韩冯曹彭曾"
    "肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺葛郝顾龚邵万钱"
)
HUI_SURNAMES = ("马", "沙", "哈", "丁", "白")

ELDER_MEN = "国建德福永贵发财喜山林田金玉明保成全义忠孝顺才学文广兴长宝来"
ELDER_WOMEN = "兰英秀芳珍桂凤莲菊梅香云翠玉华素琴娥巧荣芝爱莉霞侠贞"
GROWN_MEN = "军伟强勇杰涛斌辉鹏亮磊峰超飞龙波刚海涵东旭志雷坤振凯帅宁"
GROWN_WOMEN = "丽娟艳敏静燕玲红霞娜婷慧梅雪莹倩萍洁蕾楠珊晴月侠晶"
BOYS = "浩宇轩言辰睿子涵俊豪博文天佑梓铭家乐嘉瑞煜晨皓一诺恒逸航阳景"
GIRLS = "雨欣梓怡诗涵思琪佳慧紫萱可馨语彤若曦梦瑶心悦雅婷依晨安妍果朵"

# Women who married in from afar: a personal name and the father's, joined by the middle dot of GB/T 15834.
DOTTED = (
    ("阿依古丽·吐尔逊", "维吾尔族"),
    ("古丽娜尔·艾山", "维吾尔族"),
    ("热依汗·亚森", "维吾尔族"),
    ("阿依达娜·叶尔兰", "哈萨克族"),
    ("布茹丽·玛凯西", "柯尔克孜族"),
)


def surname(rng: Random, *, besides: str = "") -> str:
    """A common family name other than the one given."""
    return rng.choice([name for name in SURNAMES if name != besides])


def characters(age: int, *, male: bool) -> str:
    """What people of that age and sex were called."""
    if age >= 50:
        return ELDER_MEN if male else ELDER_WOMEN
    if age >= 22:
        return GROWN_MEN if male else GROWN_WOMEN
    return BOYS if male else GIRLS


def full_name(rng: Random, family: str, age: int, taken: set[str], *, male: bool) -> str:
    """A name nobody else in the household bears; it is added to `taken`."""
    stock = sorted(set(characters(age, male=male)))
    while True:
        given = "".join(rng.sample(stock, 2 if rng.random() < 0.78 else 1))
        if (name := family + given) not in taken:
            taken.add(name)
            return name
