//! The builder of planted cases: people, households, cases and what the registers say, a line each.
//!
//! Never random, and never two planted people with one number.

use std::{collections::BTreeMap, ops::RangeInclusive};

use chrono::{Datelike as _, NaiveDate};

use crate::{
    model::{Fen, Month},
    synth::{
        calendar::{Calendar, plus_days},
        number::{IdNumber, Ref},
        places::{COUNTIES, township, township_of, village},
        rows::{Authorisation, Case, Member, Payment, Person, Rows},
        truth::{Expected, Subject, Truth},
    },
};

/// A planted person.
#[derive(Debug, Clone, Copy)]
pub struct Somebody {
    pub id: IdNumber,
    pub female: bool,
    pub age: i32,
    pub village: u64,
}

/// A planted household with its case.
#[derive(Debug, Clone)]
pub struct Home {
    pub household: Ref,
    pub case: Ref,
    pub people: Vec<Somebody>,
    pub programme: &'static str,
}

impl Home {
    /// The first of the household.
    pub fn head(&self) -> Somebody {
        self.people[0]
    }
}

/// The planted part of the city while it is built.
pub struct City<'a> {
    pub calendar: &'a Calendar,
    pub rows: Rows,
    pub truth: Vec<Truth>,
    rule: &'static str,
    next: u32,
    births: BTreeMap<(usize, NaiveDate, bool), u32>,
}

/// The first number of planted references; those of the background city stay below.
const FIRST_REF: u32 = 999_000_000;
/// The first sequence place of planted people; those of the background city stay below.
const FIRST_PLACE: u32 = 402;

impl<'a> City<'a> {
    pub fn new(calendar: &'a Calendar) -> Self {
        Self {
            calendar,
            rows: Rows::default(),
            truth: Vec::new(),
            rule: "",
            next: 0,
            births: BTreeMap::new(),
        }
    }

    /// Names the rule that the next expectations are about.
    pub fn rule(&mut self, rule: &'static str) {
        self.rule = rule;
    }

    /// Says what the rule must say of a subject.
    pub fn expect(
        &mut self,
        subject: impl Into<Subject>,
        expected: Expected,
        case: &'static str,
        zh: &'static str,
        en: &'static str,
    ) {
        self.truth.push(Truth { rule: self.rule, case, subject: subject.into(), expected, zh, en });
    }

    /// The k-th month from M.
    pub fn m(&self, k: i32) -> Month {
        self.calendar.month(k)
    }

    /// The day k days from t.
    pub fn d(&self, k: i32) -> NaiveDate {
        self.calendar.day(k)
    }

    /// The standard of one person for twelve months.
    pub fn line(&self) -> Fen {
        Fen(Calendar::standard(self.calendar.m).0 * 12)
    }

    /// A reference that nobody else has.
    pub fn reference(&mut self, letter: &'static str) -> Ref {
        self.next += 1;
        Ref(letter, FIRST_REF + self.next)
    }

    /// Someone of an age, in the middle of their year, known to the register of persons.
    pub fn person(&mut self, age: i32) -> Somebody {
        self.born(self.m(-12 * age - 6))
    }

    /// Someone born in a month.
    pub fn born(&mut self, month: Month) -> Somebody {
        let somebody = self.unlisted(month);
        self.list(&somebody);
        somebody
    }

    /// Someone born in a month whom the register of persons does not know.
    pub fn unlisted(&mut self, month: Month) -> Somebody {
        self.next += 1;
        let county = self.next as usize % COUNTIES.len();
        let place = COUNTIES[county];
        let female = self.next.is_multiple_of(2);
        let day = month.first_day().with_day(1 + self.next % 28).unwrap_or_else(|| month.first_day());
        let taken = self.births.entry((county, day, female)).or_default();
        let turn = day.month() * 31 + day.day() + day.year().unsigned_abs() * 7;
        let sequence = (FIRST_PLACE + *taken + turn) % 498 * 2 + u32::from(!female);
        *taken += 1;
        Somebody {
            id: IdNumber::new(place.code, day, sequence),
            female,
            age: self.calendar.age(month),
            village: village(township(&place, self.next % place.townships), self.next % 20),
        }
    }

    /// Puts someone into the register of persons; the row can still be changed.
    pub fn list(&mut self, somebody: &Somebody) -> &mut Person {
        let birth_month = born_in(somebody);
        self.rows.persons.push(Person {
            person_id: somebody.id,
            id_kind: "resident",
            id_valid: true,
            sex: if somebody.female { "2" } else { "1" },
            birth_month: Some(birth_month),
            hukou_division: somebody.village,
            hukou_kind: "unified",
        });
        last(&mut self.rows.persons)
    }

    /// Gives someone a second row with another birth month: rule Q-02's doubt.
    pub fn contradict(&mut self, somebody: &Somebody) {
        let birth_month = Some(born_in(somebody).plus(-7));
        self.list(somebody).birth_month = birth_month;
    }

    /// A clean dibao household: the first is its head.
    pub fn dibao(&mut self, people: &[Somebody]) -> Home {
        self.household("dibao", people)
    }

    /// A clean household case of a programme, or a person programme's case within a household of its own.
    pub fn household(&mut self, programme: &'static str, people: &[Somebody]) -> Home {
        let household = self.reference("H");
        for (index, somebody) in people.iter().enumerate() {
            self.member(household, somebody, relation(&people[0], somebody, index));
            if somebody.age >= 18 {
                self.authorise(household, somebody);
            }
        }
        if people[0].age >= 18 {
            let unit = self.unit(&people[0], 20_00, 1, 1);
            unit.rural = true;
            unit.acquired_by = "self_built";
        }
        self.case_in(household, programme, people)
    }

    /// One more case for a household that is there already.
    pub fn case_in(&mut self, household: Ref, programme: &'static str, people: &[Somebody]) -> Home {
        let n = i64::try_from(people.len()).unwrap_or(1);
        let standard = Calendar::standard(self.calendar.m).0;
        let amount = Fen(match programme {
            "dibao" => standard * n,
            "tekun" => standard * 13 / 10,
            "dibao_marginal" | "rigid_expenditure" => 0,
            "orphan" | "de_facto_unattended" => 2_050_00,
            "elderly_allowance" => 60_00,
            _ => 368_00,
        });
        let of_household =
            matches!(programme, "dibao" | "dibao_marginal" | "rigid_expenditure" | "temporary");
        let case_id = self.reference("C");
        let head = people[0];
        let months = if programme == "rigid_expenditure" { -5 } else { -30 };
        let start = self.m(months);
        self.rows.cases.push(Case {
            case_id,
            household_id: household,
            person_id: (!of_household).then_some(head.id),
            programme,
            category: if of_household { "household" } else { "single" },
            status: "active",
            division: township_of(head.village),
            hukou_kind: "unified",
            applied_on: Some(plus_days(start.first_day(), -25)),
            start_month: Some(start),
            end_month: None,
            monthly_amount: amount,
            declared_annual_income: of_household.then_some(Fen(0)),
            counted_members: i32::try_from(people.len()).unwrap_or(1),
            recheck_class: matches!(programme, "dibao" | "dibao_marginal" | "tekun").then_some("B"),
            last_recheck_on: Some(self.d(-100)),
            deleted: None,
        });
        let home = Home { household, case: case_id, people: people.to_vec(), programme };
        if amount > Fen(0) {
            self.pay(&home, months.max(-24)..=0, amount);
        }
        for somebody in people.iter().filter(|somebody| (16..60).contains(&somebody.age)) {
            // Once only: some stand in two cases.
            self.no_premiums(somebody);
            self.premiums(somebody);
        }
        home
    }

    /// A single case of dibao for one person, in a household of its own.
    pub fn dibao_single(&mut self, somebody: &Somebody) -> Home {
        let home = self.dibao(std::slice::from_ref(somebody));
        let id = somebody.id;
        let case = self.case(&home);
        (case.category, case.person_id) = ("single", Some(id));
        home
    }

    /// The case's row, to be changed.
    pub fn case(&mut self, home: &Home) -> &mut Case {
        find(&mut self.rows.cases, |row| row.case_id == home.case)
    }

    /// The row of someone in a household, to be changed.
    pub fn member_row(&mut self, home: &Home, somebody: &Somebody) -> &mut Member {
        let household = home.household;
        find(&mut self.rows.household_members, |row| {
            row.household_id == household && row.person_id == somebody.id
        })
    }

    /// The authorisation of someone in a household, to be changed.
    pub fn authorisation(&mut self, home: &Home, somebody: &Somebody) -> &mut Authorisation {
        let household = home.household;
        find(&mut self.rows.authorisations, |row| {
            row.household_id == household && row.person_id == somebody.id
        })
    }

    /// Takes the authorisations of a household away.
    pub fn unauthorise(&mut self, home: &Home) {
        self.rows.authorisations.retain(|row| row.household_id != home.household);
    }

    /// Adds a row to a household's first version; the row can still be changed.
    pub fn member(&mut self, household: Ref, somebody: &Somebody, relationship: &'static str) -> &mut Member {
        self.rows.household_members.push(Member {
            household_id: household,
            version: 1,
            person_id: somebody.id,
            relationship,
            counted: true,
            exclusion_reason: None,
            labour_capable: false,
            valid_from: self.d(-1000).max(born_in(somebody).last_day()),
            valid_to: None,
        });
        last(&mut self.rows.household_members)
    }

    /// A valid authorisation for a household's first version.
    pub fn authorise(&mut self, household: Ref, somebody: &Somebody) {
        self.rows.authorisations.push(Authorisation {
            household_id: household,
            household_version: 1,
            person_id: somebody.id,
            signed_on: self.d(-900),
            ended_on: None,
            state: "valid",
        });
    }

    /// Basic payments of a case to its head, a row a month.
    pub fn pay(&mut self, home: &Home, months: RangeInclusive<i32>, amount: Fen) {
        for k in months {
            self.payment(home, k, "basic", 1, amount);
        }
    }

    /// One payment of a case to its head.
    pub fn payment(&mut self, home: &Home, k: i32, item: &'static str, sequence: i32, amount: Fen) {
        let head = home.head();
        self.rows.payments.push(Payment {
            case_id: home.case,
            person_id: head.id,
            programme: home.programme,
            item,
            pay_month: self.m(k),
            sequence,
            amount,
            division: township_of(head.village),
        });
    }

    /// Takes the payments of a case from the k-th month on away.
    pub fn unpay_from(&mut self, home: &Home, k: i32) {
        let from = self.m(k);
        self.rows.payments.retain(|row| row.case_id != home.case || row.pay_month < from);
    }
}

/// The birth month that an identity number says.
fn born_in(somebody: &Somebody) -> Month {
    let digits = |from: usize, n: usize| {
        let part = somebody.id.characters().iter().skip(from).take(n);
        part.fold(0_u32, |value, digit| value * 10 + u32::from(digit.saturating_sub(b'0')))
    };
    let year = i32::try_from(digits(6, 4)).unwrap_or(1950);
    Month::of(NaiveDate::from_ymd_opt(year, digits(10, 2), 1).unwrap_or_default())
}

/// GB/T 4761: 01 oneself, 10 spouse, 20 son, 30 daughter, 51 father, 52 mother.
fn relation(head: &Somebody, somebody: &Somebody, index: usize) -> &'static str {
    match (index, somebody.age - head.age) {
        (0, _) => "01",
        (_, ..-15) => {
            if somebody.female {
                "30"
            } else {
                "20"
            }
        }
        (_, 16..) => {
            if somebody.female {
                "52"
            } else {
                "51"
            }
        }
        _ => "10",
    }
}

pub(super) fn last<T>(rows: &mut [T]) -> &mut T {
    let index = rows.len() - 1;
    &mut rows[index]
}

fn find<T>(rows: &mut [T], wanted: impl Fn(&T) -> bool) -> &mut T {
    // The builder only looks for rows that it has just planted.
    let index = rows.iter().position(wanted).unwrap_or(0);
    &mut rows[index]
}

impl From<&Somebody> for Subject {
    fn from(somebody: &Somebody) -> Self {
        Self::Person(somebody.id)
    }
}

impl Subject {
    /// The household of a home.
    pub fn household(home: &Home) -> Self {
        Self::Household(home.household)
    }

    /// The case of a home.
    pub fn case(home: &Home) -> Self {
        Self::Case(home.case)
    }
}
