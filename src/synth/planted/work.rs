//! I-01, I-05 to I-07, I-09: work, the public payroll, posts, bases, refusals.

use super::{
    city::{City, Somebody},
    income::{BASE, alone, in_grace},
};
use crate::{
    model::Fen,
    synth::{
        calendar::plus_days,
        number::Ref,
        rows::{Fund, JobRefusal, PublicPost},
        truth::Expected::*,
    },
};

pub fn employed(city: &mut City<'_>) {
    city.rule("I-01");
    let (p, _) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    city.expect(
        &p,
        Hit,
        "three-months",
        "半年内单位缴费三个月，收入填零",
        "three months of C6, nothing declared",
    );
    let (p, _) = alone(city, 0);
    city.contributions(&p, -2..=-1, BASE);
    city.expect(&p, Clear, "two-months", "只有两个月", "two months only");
    let (p, _) = alone(city, 0);
    city.contributions(&p, -9..=-5, BASE);
    city.expect(&p, Clear, "mostly-before", "五个月中只有两个月在期内", "five months, two of them in C6");
    let (p, _) = alone(city, 100);
    city.contributions(&p, -3..=-1, BASE);
    city.expect(&p, Clear, "one-yuan-declared", "已申报一元", "one yuan is declared");
    let (p, _) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    city.each_contribution(&p, |row| (row.paid_by, row.employer_id) = ("self", None));
    city.expect(&p, Clear, "paid-by-oneself", "灵活就业个人缴费", "paid by oneself");
    let (p, _) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    city.each_contribution(&p, |row| row.paid = false);
    city.expect(&p, Clear, "not-paid", "应缴未缴", "owed and not paid");
    let (p, home) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    in_grace(city, &home);
    city.expect(
        &p,
        Clear,
        "grace-ends-today",
        "渐退期当日止（含）",
        "the grace period lasts to the business date",
    );
    let (p, home) = alone(city, 0);
    city.contributions(&p, -3..=-1, BASE);
    city.unauthorise(&home);
    city.expect(&p, Insufficient, "not-authorised", "未授权", "not authorised");
    let p = city.person(60);
    city.dibao(&[p]);
    city.contributions(&p, -3..=-1, BASE);
    city.expect(&p, Clear, "sixty", "已满六十", "sixty");
}

pub fn public_payroll(city: &mut City<'_>) {
    city.rule("I-05");
    for (case, insurance, kind, state, to, expected, zh, en) in [
        ("civil-servant", "120", "public", 1, None, Hit, "机关养老保险在保", "insured as a civil servant"),
        ("public-employer", "110", "public", 1, None, Hit, "财政供养单位", "a public employer"),
        ("labour-agency", "110", "agency", 1, None, Clear, "劳务派遣不算", "a labour agency does not count"),
        ("suspended", "120", "public", 2, None, Clear, "中断参保", "the enrolment is suspended"),
        ("to-this-month", "120", "public", 1, Some(0), Hit, "本月止（含）", "to this month, included"),
        ("to-last-month", "120", "public", 1, Some(-1), Clear, "上月已止", "ended last month"),
    ] {
        let (p, _) = alone(city, 0);
        let to_month = to.map(|k| city.m(k));
        let row = city.enrolment(&p, insurance, -40);
        (row.employer_kind, row.enrol_state, row.to_month) = (Some(kind), state, to_month);
        city.expect(&p, expected, case, zh, en);
    }
}

pub fn posts(city: &mut City<'_>) {
    city.rule("I-06");
    let wage = Fen(2_490_00);
    for (case, declared, to, expected, zh, en) in [
        ("declared-all", wage.0 * 3, None, Clear, "已如数申报", "all of it is declared"),
        ("a-fen-short", wage.0 * 3 - 1, None, Hit, "少报一分", "a fen short"),
        ("post-ended", 0, Some(-5), Clear, "岗位已结束", "the post has ended"),
    ] {
        let (p, _) = alone(city, declared);
        let (from_on, to_on) = (city.calendar.on(-3, 28), to.map(|k| city.d(k)));
        city.rows.public_posts.push(PublicPost { person_id: p.id, from_on, to_on, monthly_wage: wage });
        city.expect(&p, expected, case, zh, en);
    }
}

pub fn high_bases(city: &mut City<'_>) {
    city.rule("I-07");
    let high = city.line().0 / 12 * 6;
    for (case, base, months, expected, zh, en) in [
        ("six-times", high, -6..=-6, Hit, "基数恰六倍标准", "a base of exactly six times the standard"),
        ("a-fen-below", high - 1, -6..=-1, Clear, "差一分", "a fen below"),
        ("seven-months-ago", high, -7..=-7, Clear, "早于半年", "a month before C6"),
    ] {
        let (p, _) = alone(city, 5_000_00);
        city.contributions(&p, months, Fen(base));
        city.expect(&p, expected, case, zh, en);
    }
    for (case, state, expected, zh, en) in [
        ("fund-normal", "normal", Hit, "公积金正常缴存基数", "a provident account in state normal"),
        ("fund-sealed", "sealed", Clear, "公积金已封存", "a sealed account"),
    ] {
        let (p, _) = alone(city, 5_000_00);
        let account_id = city.reference("F");
        let last_paid_month = Some(city.m(-1));
        city.rows.provident_accounts.push(Fund {
            person_id: p.id,
            account_id,
            state,
            base: Fen(high),
            last_paid_month,
            balance: Fen(900_00),
            employer_id: None,
        });
        city.expect(&p, expected, case, zh, en);
    }
}

pub fn refusals(city: &mut City<'_>) {
    city.rule("I-09");
    let offers = |city: &mut City<'_>, p: &Somebody, answers: &[(i32, bool)]| -> Vec<Ref> {
        let mut records = Vec::new();
        for (days, refused) in answers {
            let record_id = city.reference("J");
            let offered_on = plus_days(city.calendar.t, *days);
            let deleted = None;
            city.rows.job_refusals.push(JobRefusal {
                record_id,
                person_id: p.id,
                offered_on,
                refused: *refused,
                deleted,
            });
            records.push(record_id);
        }
        records
    };
    for (case, answers, labour, expected, zh, en) in [
        (
            "three-refused",
            vec![(-400, false), (-300, true), (-200, true), (-100, true)],
            true,
            Hit,
            "最近三次都拒绝",
            "the latest three are refused",
        ),
        (
            "latest-accepted",
            vec![(-300, true), (-200, true), (-100, true), (-20, false)],
            true,
            Clear,
            "最近一次接受",
            "the latest was accepted",
        ),
        ("two-refused", vec![(-200, true), (-100, true)], true, Clear, "只有两次", "two only"),
        (
            "not-labour-capable",
            vec![(-300, true), (-200, true), (-100, true)],
            false,
            Clear,
            "无劳动能力",
            "not capable of labour",
        ),
    ] {
        let (p, home) = alone(city, 0);
        city.member_row(&home, &p).labour_capable = labour;
        offers(city, &p, &answers);
        city.expect(&p, expected, case, zh, en);
    }
    let (p, home) = alone(city, 0);
    city.member_row(&home, &p).labour_capable = true;
    offers(city, &p, &[(-300, true), (-200, true), (-100, true)]);
    if let Some(row) = city.rows.job_refusals.last_mut() {
        row.deleted = Some(true);
    }
    city.expect(&p, Clear, "one-withdrawn", "一条记录已撤销", "one record was withdrawn");
}
