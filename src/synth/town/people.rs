//! Who lives where, and with whom.
//!
//! Never writes a row: it only makes the people that the other parts tell of.

use std::{collections::HashSet, ops::Range};

use chrono::{Datelike as _, NaiveDate};

use super::{Scene, jobs, jobs::Job, support::Support};
use crate::{
    model::Month,
    synth::{
        calendar::{Calendar, months_between, plus_days},
        dice::{Dice, Part},
        number::{IdNumber, Ref},
        places::{COUNTIES, County, county_of_block, township, village},
    },
};

/// What a household lives on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its own means.
    Ordinary,
    /// Dibao for the household.
    Dibao,
    /// Dibao for one person alone.
    DibaoSingle,
    /// Just above the standard.
    Marginal,
    /// Expenses it cannot carry.
    Rigid,
    /// Nobody who could support it.
    Tekun,
    /// A child raised by a grandparent.
    ChildCare,
}

/// Households of each kind in 100,000 (2.5 % of people on dibao, 0.4 % tekun follow from them and the sizes).
const KINDS: [(Kind, u32); 7] = [
    (Kind::Ordinary, 94_050),
    (Kind::Dibao, 3_330),
    (Kind::DibaoSingle, 520),
    (Kind::Marginal, 830),
    (Kind::Rigid, 210),
    (Kind::Tekun, 1_000),
    (Kind::ChildCare, 60),
];
/// Sizes 1 to 5 of assisted households and of all others, in hundredths. Single-person dibao comes on top
/// of the first row, which therefore shows fewer households of one.
const ASSISTED_SIZES: [u32; 5] = [46, 29, 14, 7, 4];
const ORDINARY_SIZES: [u32; 5] = [25, 30, 22, 14, 9];

/// One disability certificate.
#[derive(Debug, Clone, Copy)]
pub struct Disability {
    pub kind: &'static str,
    pub grade: i32,
    pub issued: NaiveDate,
    pub valid_to: NaiveDate,
}

impl Disability {
    /// Grade 1 or 2, or 3 of the mind: the care subsidy's condition.
    pub fn is_severe(&self) -> bool {
        self.grade <= 2 || self.grade == 3 && matches!(self.kind, "5" | "6")
    }
}

/// A death, and the first month in which the payers knew of it.
#[derive(Debug, Clone, Copy)]
pub struct Passing {
    pub on: NaiveDate,
    pub known: Month,
}

/// One person.
#[derive(Debug, Clone)]
pub struct Resident {
    pub id: IdNumber,
    pub female: bool,
    pub born: NaiveDate,
    /// Full years at the business date.
    pub age: i32,
    /// Index of the household in the block.
    pub home: usize,
    pub relation: &'static str,
    pub labour: bool,
    pub studies: bool,
    pub job: Job,
    pub passing: Option<Passing>,
    pub disability: Option<Disability>,
    /// Father and mother, by index in the block.
    pub parents: [Option<usize>; 2],
    /// Whether civil affairs' register of persons holds them.
    pub listed: bool,
}

impl Resident {
    /// Alive on a day.
    pub fn alive_on(&self, day: NaiveDate) -> bool {
        self.passing.is_none_or(|passing| passing.on > day)
    }
}

/// One household.
#[derive(Debug, Clone)]
pub struct Home {
    pub id: Ref,
    pub kind: Kind,
    pub people: Range<usize>,
    /// Twelve digits.
    pub village: u64,
    pub hukou_kind: &'static str,
    pub support: Option<Support>,
}

/// Some people of one county.
pub struct Block {
    pub index: u32,
    pub county: usize,
    pub people: Vec<Resident>,
    pub homes: Vec<Home>,
    refs: u32,
}

impl Block {
    /// A reference that nobody else in the city has under this letter.
    pub fn reference(&mut self, letter: &'static str) -> Ref {
        self.refs += 1;
        Ref(letter, self.index * 100_000 + self.refs)
    }

    /// The people of a household with their indices.
    pub fn members(&self, home: &Home) -> impl Iterator<Item = (usize, &Resident)> {
        home.people.clone().zip(self.people.get(home.people.clone()).unwrap_or_default())
    }
}

/// People in a full block: small cities get a hundred blocks, so that every county has its share.
pub fn block_size(persons: u32) -> u32 {
    persons.div_ceil(100).clamp(40, 8192)
}

/// How many blocks hold all people.
pub fn block_count(persons: u32) -> u32 {
    persons.div_ceil(block_size(persons))
}

struct Role {
    relation: &'static str,
    age: i32,
    female: bool,
    parents: [Option<usize>; 2],
}

/// Fills a block with households until it holds `size` people.
pub fn settle(scene: &Scene<'_>, index: u32, size: u32) -> Block {
    let mut dice = scene.dice(Part::People, index);
    let county = county_of_block(index);
    let mut numbers = Numbers::new(index, county);
    let mut block = Block { index, county, people: Vec::new(), homes: Vec::new(), refs: 0 };
    let place = COUNTIES.get(county).copied().unwrap_or(COUNTIES[0]);
    while block.people.len() < size as usize {
        let room = size as usize - block.people.len();
        let weights = KINDS.map(|(_, weight)| weight);
        let mut kind = KINDS.get(dice.weighted(&weights)).map_or(Kind::Ordinary, |(kind, _)| *kind);
        let mut n = match kind {
            Kind::Tekun | Kind::DibaoSingle => 1,
            Kind::ChildCare => 2,
            Kind::Ordinary => dice.weighted(&ORDINARY_SIZES) + 1,
            _ => dice.weighted(&ASSISTED_SIZES) + 1,
        };
        if n > room {
            (kind, n) = (Kind::Ordinary, room);
        }
        let first = block.people.len();
        let home = block.homes.len();
        for role in compose(kind, n, &mut dice) {
            let resident = resident(scene.calendar, kind, home, first, role, &mut numbers, &mut dice);
            block.people.push(resident);
        }
        let id = block.reference("H");
        block.homes.push(Home {
            id,
            kind,
            people: first..block.people.len(),
            village: some_village(&place, &mut dice),
            hukou_kind: dice.pick(&["unified", "unified", "unified", "rural", "urban"]).unwrap_or("unified"),
            support: None,
        });
    }
    block
}

fn some_village(county: &County, dice: &mut Dice) -> u64 {
    let township = township(county, dice.below(county.townships));
    village(township, dice.below(24))
}

/// Ages and relationships of a household of `n`.
fn compose(kind: Kind, n: usize, dice: &mut Dice) -> Vec<Role> {
    let poor = kind != Kind::Ordinary;
    let female = dice.chance(if poor { 42_000 } else { 49_000 });
    let role = |relation, age, female, parents| Role { relation, age, female, parents };
    if kind == Kind::ChildCare {
        let child =
            role(if dice.chance(50_000) { "40" } else { "41" }, dice.between(3, 16), false, [None; 2]);
        let girl = child.relation == "40";
        return vec![role("01", dice.between(58, 76), female, [None; 2]), Role { female: girl, ..child }];
    }
    if n == 1 {
        let old = dice.chance(match kind {
            Kind::Tekun => 85_000,
            Kind::Dibao => 55_000,
            Kind::DibaoSingle => 25_000,
            _ => 38_000,
        });
        let age = if old { old_age(dice) } else { dice.between(if poor { 38 } else { 22 }, 59) };
        return vec![role("01", age, female, [None; 2])];
    }
    let with_children = n > 2 || dice.chance(if poor { 42_000 } else { 22_000 });
    if !with_children {
        let age = if dice.chance(if poor { 65_000 } else { 42_000 }) {
            old_age(dice)
        } else {
            dice.between(26, 59)
        };
        let other = (age + dice.between(-3, 3)).max(22);
        return vec![role("01", age, female, [None; 2]), role("10", other, !female, [None; 2])];
    }
    let couple = n > 2 && dice.chance(if poor { 75_000 } else { 95_000 });
    let elders = if n >= 5 { usize::from(dice.chance(70_000)) + usize::from(n > 5) } else { 0 };
    let children = n - elders - 1 - usize::from(couple);
    let eldest = dice.between(0, if poor { 21 } else { 25 });
    let head = (eldest + dice.between(23, 34)).max(24);
    let mut roles = vec![role("01", head, female, [None; 2])];
    let mut parents = [None; 2];
    parents[usize::from(female)] = Some(0);
    if couple {
        roles.push(role("10", (head + dice.between(-3, 2)).max(22), !female, [None; 2]));
        parents[usize::from(!female)] = Some(1);
    }
    for k in 0..children {
        let age = (eldest - i32::try_from(k).unwrap_or(0) * dice.between(1, 5)).max(0);
        let girl = dice.chance(48_000);
        roles.push(role(if girl { "30" } else { "20" }, age, girl, parents));
    }
    for k in 0..elders {
        let mother = k == 0;
        let age = (head + dice.between(22, 32)).clamp(60, 94);
        roles.push(role(if mother { "52" } else { "51" }, age, mother, [None; 2]));
    }
    roles
}

fn old_age(dice: &mut Dice) -> i32 {
    match dice.weighted(&[52, 32, 14, 2]) {
        0 => dice.between(60, 69),
        1 => dice.between(70, 79),
        2 => dice.between(80, 89),
        _ => dice.between(90, 96),
    }
}

fn resident(
    calendar: &Calendar,
    kind: Kind,
    home: usize,
    first: usize,
    role: Role,
    numbers: &mut Numbers,
    dice: &mut Dice,
) -> Resident {
    let poor = kind != Kind::Ordinary;
    let born_in = calendar.month(-12 * role.age - dice.between(0, 11));
    let (id, born) = numbers.next(born_in, role.female, calendar.day(-2), dice);
    let age = role.age;
    let disability = dice.chance(if poor { 26_000 } else { 2_000 }).then(|| disability(calendar, age, dice));
    let dies = match (poor, age) {
        (false, ..60) => 300,
        (false, 60..80) => 4_000,
        (false, _) => 16_000,
        (true, ..16) => 0,
        (true, 16..60) => 4_500,
        (true, 60..80) => 12_500,
        (true, _) => 32_000,
    };
    let passing = (age > 1 && dice.chance(dies)).then(|| {
        let on = calendar.day(-dice.between(3, 728));
        // Most deaths reach the payers in the same month; a tail takes half a year.
        let late = i32::try_from(dice.weighted(&[82, 11, 3, 1, 1, 1, 1])).unwrap_or(0);
        Passing { on, known: Month::of(on).plus(late) }
    });
    let severe = disability.is_some_and(|d| d.grade <= 2);
    let studies = !severe
        && dice.chance(match age {
            3..=5 => 90_000,
            6..=14 => 99_500,
            15..=17 => 97_000,
            18..=21 => 62_000,
            22..=24 => 6_000,
            _ => 0,
        });
    let grown = (16..60).contains(&age) && !studies && !severe;
    let labour = grown && dice.chance(if poor { 45_000 } else { 97_000 });
    let job = jobs::assign(calendar, kind, age, labour, studies, dice);
    let shift = |index: usize| index + first;
    Resident {
        id,
        female: role.female,
        born,
        age,
        home,
        relation: role.relation,
        labour,
        studies,
        job,
        passing,
        disability,
        parents: role.parents.map(|parent| parent.map(shift)),
        listed: false,
    }
}

fn disability(calendar: &Calendar, age: i32, dice: &mut Dice) -> Disability {
    let kind = dice.pick(&["1", "2", "3", "4", "4", "4", "5", "6", "6", "7"]).unwrap_or("4");
    let grade = i32::try_from(dice.weighted(&[14, 24, 34, 28])).unwrap_or(0) + 1;
    // Certificates last ten years; a few have run out and nobody has renewed them yet.
    let days = if dice.chance(1_500) { dice.between(3660, 3900) } else { dice.between(60, 3600) };
    let issued = calendar.day(-days.min(age * 365 + 30));
    let valid_to = plus_days(issued, 3652);
    Disability { kind, grade, issued, valid_to }
}

/// Identity numbers of one block. A block owns one sequence number a sex and birthday in its county, and no
/// two of its people of one sex share a birthday: so no two people of the city share a number.
struct Numbers {
    region: u32,
    ordinal: u32,
    used: HashSet<(bool, NaiveDate)>,
}

impl Numbers {
    fn new(index: u32, county: usize) -> Self {
        let place = COUNTIES.get(county).copied().unwrap_or(COUNTIES[0]);
        let earlier = (index - index % 100..index).filter(|block| county_of_block(*block) == county).count();
        let ordinal = index / 100 * place.weight + u32::try_from(earlier).unwrap_or(0);
        Self { region: place.code, ordinal, used: HashSet::new() }
    }

    fn next(
        &mut self,
        month: Month,
        female: bool,
        not_after: NaiveDate,
        dice: &mut Dice,
    ) -> (IdNumber, NaiveDate) {
        let start = dice.below(28);
        // A month has 28 places a sex; the month before is tried when it is full.
        let places = (0..12).flat_map(|back| (0..28).map(move |k| (back, k)));
        let free = places
            .filter_map(|(back, k)| month.plus(-back).first_day().with_day((start + k) % 28 + 1))
            .find(|day| *day <= not_after && !self.used.contains(&(female, *day)));
        let day = free.unwrap_or_else(|| month.first_day());
        self.used.insert((female, day));
        // 498 places a sex, turned by the birthday so that neighbours do not all share one; 996 to 999 stay free.
        let turn = u32::from(day.month() as u8) * 31 + day.day() + day.year().unsigned_abs() * 7;
        let sequence = (self.ordinal + turn) % 498 * 2 + u32::from(!female);
        (IdNumber::new(self.region, day, sequence), day)
    }
}

/// Full months from a month to M.
pub fn months_ago(calendar: &Calendar, month: Month) -> i32 {
    months_between(month, calendar.m)
}
