"""Turns a household shape into relatives whose sexes, ages and family names hold together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from deploy.demonstration.household import HEAD, SPOUSE
from deploy.demonstration.names import surname
from deploy.demonstration.shapes import Kind, Shape, shapes_of

MOTHER_AT_LEAST = 21
FATHER_AT_LEAST = 23
MOTHER_AT_MOST = 42


@dataclass(frozen=True, slots=True)
class Relative:
    """A member before numbers and circumstances: relation label, sex, completed years, family name."""

    relation: str
    male: bool
    age: int
    surname: str
    married_in: bool = False


def ages_of_children(rng: Random, count: int, mother: int, father: int, oldest: int = 99) -> list[int]:
    """Ages of `count` children, eldest first, at least two years apart and possible for both parents."""
    top = min(mother - MOTHER_AT_LEAST, father - FATHER_AT_LEAST, oldest)
    youngest = max(0, mother - MOTHER_AT_MOST)
    picks = sorted(rng.sample(range(top - youngest + 2 - count), count))
    return [youngest + pick + place for place, pick in enumerate(picks)][::-1]


class Family:
    """Grows from the head outwards. Ages of an absent husband or wife are supposed, so that children fit."""

    def __init__(self, rng: Random, clan: str, shape: Shape) -> None:
        self.rng = rng
        self.clan = clan
        male = rng.random() < shape.men
        age = rng.randint(*shape.ages)
        self.wife_age = max(21, age - rng.randint(-1, 4)) if male else age
        self.husband_age = age if male else age + rng.randint(-1, 4)
        self.wife_surname = surname(rng, besides=clan)
        self.head = Relative(HEAD, male, age, clan if male else self.wife_surname, married_in=not male)
        self.members = [self.head]
        for kind, count in Counter(shape.kin).items():
            self.add(kind, count)

    def add(self, kind: Kind, count: int) -> None:
        """Add every member of one kind."""
        match kind:
            case "spouse":
                self.add_spouse()
            case "child":
                self.add_children(count)
            case "parent" | "spouse_parent":
                self.add_parents(kind, count)
            case "grandparent" | "mothers_parent":
                self.add_grandparents(kind, count)
            case "sibling" | "uncle" | "brother_wife" | "nephew":
                self.add_side_line(kind)
            case "grown_son" | "grown_daughter":
                self.add_grown_child(kind)
            case "daughter_in_law" | "son_in_law":
                self.add_child_in_law(kind)
            case "grandchild" | "daughters_child" | "great_grandchild":
                self.add_descendants(kind, count)

    def join(self, relation: str, *, male: bool, age: int, family: str, married_in: bool = False) -> None:
        """Put one relative into the household."""
        self.members.append(Relative(relation, male, age, family, married_in))

    def find(self, *relations: str) -> Relative | None:
        """The first member with one of the relations."""
        return next((member for member in self.members if member.relation in relations), None)

    def stranger(self) -> str:
        """A family name from outside the clan."""
        return surname(self.rng, besides=self.clan)

    def add_spouse(self) -> None:
        if self.head.male:
            self.join(SPOUSE, male=False, age=self.wife_age, family=self.wife_surname, married_in=True)
        else:
            self.join(SPOUSE, male=True, age=self.husband_age, family=self.clan)

    def add_children(self, count: int) -> None:
        for age in ages_of_children(self.rng, count, self.wife_age, self.husband_age):
            male = self.rng.random() < (0.85 if age >= 25 else 0.52)
            self.join("之子" if male else "之女", male=male, age=age, family=self.clan)

    def add_parents(self, kind: Kind, count: int) -> None:
        """The husband's parents live with the couple; with `spouse_parent` the wife's do."""
        of_wife = kind == "spouse_parent"
        of_head = ("之父", "之母") if self.head.male else ("之公公", "之婆婆")
        labels = ("之岳父", "之岳母") if of_wife else of_head
        child_age = self.wife_age if of_wife else self.husband_age
        family = self.wife_surname if of_wife else self.clan
        mother_first = self.rng.random() < 0.65
        for male in (not mother_first, mother_first)[:count]:
            if male:
                self.join(labels[0], male=True, age=child_age + self.rng.randint(23, 31), family=family)
            else:
                age = child_age + self.rng.randint(21, 29)
                self.join(labels[1], male=False, age=age, family=self.stranger(), married_in=True)

    def add_grandparents(self, kind: Kind, count: int) -> None:
        if kind == "mothers_parent":
            age = self.head.age + self.rng.randint(45, 56)
            self.join("之外祖母", male=False, age=age, family=self.stranger(), married_in=True)
            return
        age = self.head.age + self.rng.randint(46, 56)
        self.join("之祖母", male=False, age=age, family=self.stranger(), married_in=True)
        if count > 1:
            self.join("之祖父", male=True, age=age + self.rng.randint(0, 4), family=self.clan)

    def add_side_line(self, kind: Kind) -> None:
        """Brothers and sisters, uncles, a brother's widow and his child; the head is a man here."""
        age = self.head.age
        match kind:
            case "sibling":
                older = age + self.rng.choice((-1, 1)) * self.rng.randint(2, 9)
                self.join("之兄弟姐妹", male=self.rng.random() < 0.7, age=older, family=self.clan)
            case "uncle":
                self.join("之叔伯", male=True, age=age + self.rng.randint(8, 22), family=self.clan)
            case "brother_wife":
                near = age + self.rng.randint(-3, 3)
                self.join("之兄弟媳妇", male=False, age=near, family=self.stranger(), married_in=True)
            case _:
                widow = self.find("之兄弟媳妇")
                mother = widow.age if widow else age
                (child,) = ages_of_children(self.rng, 1, mother, mother + 2, oldest=17)
                male = self.rng.random() < 0.5
                self.join("之侄儿" if male else "之侄女", male=male, age=child, family=self.clan)

    def add_grown_child(self, kind: Kind) -> None:
        """A married child of thirty or more who stayed at home."""
        youngest = max(30, self.wife_age - MOTHER_AT_MOST)
        oldest = min(self.wife_age - MOTHER_AT_LEAST, self.husband_age - FATHER_AT_LEAST, 48)
        male = kind == "grown_son"
        age = self.rng.randint(youngest, oldest)
        self.join("之子" if male else "之女", male=male, age=age, family=self.clan)

    def add_child_in_law(self, kind: Kind) -> None:
        child = self.find("之子", "之女")
        if child is None:
            raise ValueError("a child-in-law needs the married child before it")
        male = kind == "son_in_law"
        age = child.age + self.rng.randint(-1, 4) * (1 if male else -1)
        relation = "之女婿" if male else "之儿媳"
        self.join(relation, male=male, age=age, family=self.stranger(), married_in=True)

    def add_descendants(self, kind: Kind, count: int) -> None:
        """Grandchildren of a couple at home, or left behind by parents who are away."""
        if kind == "great_grandchild":
            male = self.rng.random() < 0.5
            label = "之曾孙子" if male else "之曾孙女"
            self.join(label, male=male, age=self.rng.randint(3, 11), family=self.clan)
            return
        labels = ("之孙子", "之孙女") if kind == "grandchild" else ("之外孙子", "之外孙女")
        mother, father = self.find("之儿媳", "之女"), self.find("之子", "之女婿")
        family = father.surname if kind == "daughters_child" and father else self.clan
        absent = self.wife_age - self.rng.randint(22, 27)
        mother_age = mother.age if mother else absent
        father_age = father.age if father else absent + 2
        for age in ages_of_children(self.rng, count, mother_age, father_age, 99 if mother else 15):
            male = self.rng.random() < 0.52
            self.join(labels[0] if male else labels[1], male=male, age=age, family=family)


def relatives(rng: Random, clan: str, size: int) -> list[Relative]:
    """A household of the clan with that many members, the head first."""
    shapes = shapes_of(size)
    shape = rng.choices(shapes, [each.weight for each in shapes])[0]
    return Family(rng, clan, shape).members
