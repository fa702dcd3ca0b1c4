//! rows that fail, people who contradict themselves, stale feeds, missing signatures.
//!
//! Never spoils a delivery: the file whose text holds identity numbers lies apart from the raw files.

use std::collections::BTreeMap;

use super::city::City;
use crate::{
    contract::Contract,
    model::{DatasetId, Fen},
    synth::{
        calendar::Calendar,
        number::IdNumber,
        places::COUNTIES,
        truth::{Expected::*, Subject},
    },
};

/// A file of invented identity numbers where text belongs, to be refused whole.
pub const NUMBERS_IN_TEXT_FILE: &str = "refused/education.guardians.csv";

/// Plants the group.
pub fn plant(city: &mut City<'_>) {
    contradictions(city);
    feeds(city);
    authorisations(city);
    counts(city);
}

fn contradictions(city: &mut City<'_>) {
    city.rule("Q-01");
    let one = city.person(41);
    let home = city.dibao(&[one]);
    city.payment(&home, -3, "top_up", 1, Fen(50_00));
    city.payment(&home, -3, "top_up", 1, Fen(60_00));
    city.expect(
        &one,
        Hit,
        "one-key-two-amounts",
        "同一主键两行金额不同，两行均搁置",
        "two rows of one key differ: both are set aside",
    );
    let two = city.person(42);
    let home = city.dibao(&[two]);
    city.payment(&home, -3, "top_up", 1, Fen(50_00));
    city.payment(&home, -3, "top_up", 1, Fen(50_00));
    city.expect(&two, Clear, "row-sent-twice", "完全相同的两行合并为一行", "two equal rows collapse to one");
    let bad = city.person(43);
    let wrong = bad.id.with_wrong_check();
    city.dibao(&[bad]);
    city.certificate(&bad, "4", 4).person_id = wrong;
    let written = String::from_utf8_lossy(wrong.characters()).into_owned();
    city.expect(
        Subject::Row(written),
        Hit,
        "wrong-check-digit",
        "校验码错误的残疾证行被搁置",
        "a certificate row with a wrong check digit is set aside",
    );

    city.rule("Q-02");
    let twice_born = city.person(50);
    city.contradict(&twice_born);
    city.expect(&twice_born, Hit, "two-birth-months", "两行出生年月不同", "two rows, two birth months");
    let both = city.person(50);
    city.list(&both).sex = if both.female { "1" } else { "2" };
    city.expect(&both, Hit, "two-sexes", "两行性别一男一女", "two rows, male and female");
    let unknown = city.person(50);
    city.list(&unknown).sex = "9";
    city.expect(
        &unknown,
        Clear,
        "sex-not-stated",
        "另一行性别未说明，不算矛盾",
        "the other row's sex is not stated",
    );
    let moved = city.person(50);
    city.list(&moved).hukou_kind = "rural";
    city.expect(&moved, Clear, "hukou-differs", "仅户口类别不同", "only the hukou kind differs");
    let same = city.person(50);
    city.list(&same);
    city.expect(&same, Clear, "same-row-twice", "完全相同的两行", "the same row twice");
}

fn feeds(city: &mut City<'_>) {
    city.rule("Q-03");
    let dataset = Subject::Dataset("civil_affairs.staff_relatives");
    city.expect(
        dataset,
        Clear,
        "as-old-as-allowed",
        "数据日期恰为95天前，仍算新鲜",
        "as of exactly 95 days ago is still fresh",
    );
    let fresh = Subject::Dataset("civil_affairs.payments");
    city.expect(fresh, Clear, "as-of-yesterday", "数据日期为前一日", "as of the day before");
    city.rule("Q-06");
    let refused = Subject::Delivery(NUMBERS_IN_TEXT_FILE);
    city.expect(
        refused,
        Hit,
        "numbers-in-text",
        "学校编号列里是学籍号（G加身份证号）",
        "student numbers (G and the identity number) where a relationship belongs",
    );
}

fn authorisations(city: &mut City<'_>) {
    city.rule("Q-04");
    let signed = city.person(45);
    city.dibao(&[signed]);
    city.expect(&signed, Clear, "signed", "授权有效", "a valid authorisation");
    let (unsigned, child) = (city.person(45), city.person(9));
    let home = city.dibao(&[unsigned, child]);
    city.unauthorise(&home);
    city.expect(&unsigned, Hit, "never-signed", "从未签署", "never signed");
    city.expect(&child, Outside, "minor", "未成年人无需授权", "a minor needs none");
    let withdrawn = city.person(45);
    let home = city.dibao(&[withdrawn]);
    city.authorisation(&home, &withdrawn).state = "withdrawn";
    city.expect(&withdrawn, Hit, "withdrawn", "已撤回", "withdrawn");
    let ends = city.person(45);
    let home = city.dibao(&[ends]);
    let today = city.d(0);
    city.authorisation(&home, &ends).ended_on = Some(today);
    city.expect(
        &ends,
        Hit,
        "ends-on-the-day",
        "止于业务日当日，已不在效",
        "ended on the business date: no longer open",
    );
    let lasts = city.person(45);
    let home = city.dibao(&[lasts]);
    let tomorrow = city.d(1);
    city.authorisation(&home, &lasts).ended_on = Some(tomorrow);
    city.expect(&lasts, Clear, "ends-tomorrow", "次日才止", "ends the day after");
    let earlier = city.person(45);
    let home = city.dibao(&[earlier]);
    city.member_row(&home, &earlier).version = 2;
    city.expect(
        &earlier,
        Hit,
        "earlier-version",
        "授权属上一版家庭",
        "signed for an earlier version of the household",
    );
    let ageless = city.person(45);
    city.contradict(&ageless);
    let home = city.dibao(&[ageless]);
    city.unauthorise(&home);
    city.expect(
        &ageless,
        Hit,
        "no-age-counts-as-adult",
        "年龄不明按成年人",
        "without an age a member counts as an adult",
    );
}

fn counts(city: &mut City<'_>) {
    city.rule("Q-05");
    let people = [city.person(45), city.person(44)];
    let right = city.dibao(&people);
    city.expect(Subject::case(&right), Clear, "right-count", "人数一致", "the count is right");
    let people = [city.person(45), city.person(44)];
    let wrong = city.dibao(&people);
    city.case(&wrong).counted_members = 3;
    city.expect(
        Subject::case(&wrong),
        Hit,
        "one-too-many",
        "台账三人，成员两人",
        "three on the case, two members",
    );
    let people = [city.person(45), city.person(44)];
    let left = city.dibao(&people);
    let today = city.d(0);
    city.member_row(&left, &people[1]).valid_to = Some(today);
    city.expect(
        Subject::case(&left),
        Hit,
        "member-left-today",
        "成员当日移出，台账未改",
        "a member left on the business date",
    );
    let single = city.person(45);
    let home = city.dibao_single(&single);
    city.case(&home).counted_members = 2;
    city.expect(Subject::case(&home), Outside, "single-case", "单人保不在范围", "a single case is outside");
}

/// Guardians whose relationship column holds student numbers: `G` and eighteen characters.
pub fn numbers_in_text_csv(calendar: &Calendar, contracts: &BTreeMap<DatasetId, Contract>) -> String {
    let contract = contracts.get(&DatasetId::new("education", "guardians"));
    let header: Vec<&str> = contract
        .map(|contract| contract.columns.iter().map(|c| c.header_zh.as_str()).collect())
        .unwrap_or_default();
    let mut text = format!("\u{FEFF}{}\n", header.join(","));
    for k in 0..5 {
        let id = |months: i32, sequence| {
            let id = IdNumber::new(COUNTIES[0].code, calendar.month(months).first_day(), sequence);
            String::from_utf8_lossy(id.characters()).into_owned()
        };
        let (child, parent) = (id(-120 - k, 983), id(-420 - k, 985));
        text.push_str(&format!("{child},{parent},G{child}\n"));
    }
    text
}
