//! P-06, H-02, H-03: tenants of public housing and payees of rent subsidies.

use super::{city::City, property::presale};
use crate::{
    model::Month,
    synth::{
        calendar::plus_days,
        truth::{Expected, Expected::*},
    },
};

pub fn tenants_with_homes(city: &mut City<'_>) {
    city.rule("P-06");
    type Change = fn(&mut crate::synth::rows::Unit);
    let changes: [(&'static str, Change, Expected, &'static str, &'static str); 7] = [
        ("own-home", |_| {}, Hit, "承租人自有住房", "the tenant owns a home"),
        ("half-a-home", |unit| unit.share_den = 2, Hit, "占二分之一", "half of a home"),
        ("a-third-of-a-home", |unit| unit.share_den = 3, Clear, "占三分之一", "a third of a home"),
        ("rural-home", |unit| unit.rural = true, Clear, "农村住房不计", "a rural home does not count"),
        ("a-shop", |unit| unit.use_ = "shop", Clear, "商铺不是住房", "a shop is not a home"),
        (
            "home-sold",
            |unit| unit.ended_on = Some(plus_days(unit.registered_on, 900)),
            Clear,
            "住房已售",
            "the home was sold",
        ),
        (
            "swap-home",
            |unit| unit.acquired_by = "demolition_swap",
            Hit,
            "拆迁安置房",
            "a home from a demolition swap",
        ),
    ];
    for (case, change, expected, zh, en) in changes {
        let p = city.person(51);
        city.tenancy(&[p], "low_income");
        change(city.unit(&p, 70_00, 1, 1));
        city.expect(&p, expected, case, zh, en);
    }
    for (case, cancelled, expected, zh, en) in [
        ("presale", None, Hit, "承租人有网签合同", "the tenant has a presale"),
        (
            "presale-cancelled-today",
            Some(0),
            Clear,
            "合同当日撤销",
            "the presale was cancelled on the business date",
        ),
        (
            "presale-cancelled-tomorrow",
            Some(1),
            Hit,
            "合同次日才撤销",
            "the presale is cancelled the day after",
        ),
    ] {
        let p = city.person(51);
        city.tenancy(&[p], "low_income");
        presale(city, &p, city.d(-120));
        let cancelled_on = cancelled.map(|k| city.d(k));
        if let Some(row) = city.rows.presales.last_mut() {
            row.cancelled_on = cancelled_on;
        }
        city.expect(&p, expected, case, zh, en);
    }
    for (case, k, expected, zh, en) in [
        ("payee-last-month", -1, Hit, "上月租赁补贴对象有住房", "a payee of last month owns a home"),
        ("payee-two-months-ago", -2, Outside, "两个月前的补贴", "a payee of two months ago"),
    ] {
        let p = city.person(51);
        city.rent_subsidy(&p, k..=k, "low_income");
        city.unit(&p, 70_00, 1, 1);
        city.expect(&p, expected, case, zh, en);
    }
    let p = city.person(51);
    let tenancy = city.tenancy(&[p], "low_income");
    let today = city.d(0);
    city.each_tenant(tenancy, |row| row.to_on = Some(today));
    city.unit(&p, 70_00, 1, 1);
    city.expect(&p, Outside, "tenancy-ended-today", "租约当日终止", "the tenancy ended on the business date");
    let pair = [city.person(51), city.person(50)];
    city.tenancy(&pair, "low_income");
    city.unit(&pair[1], 70_00, 1, 1);
    city.expect(&pair[1], Hit, "co-tenant-owns", "共同承租人有住房", "the other tenant owns a home");
    city.expect(&pair[0], Clear, "main-tenant-does-not", "主承租人无住房", "the main tenant does not");
    let p = city.person(51);
    city.contradict(&p);
    city.tenancy(&[p], "low_income");
    city.unit(&p, 70_00, 1, 1);
    city.expect(&p, Insufficient, "identity-in-doubt", "身份矛盾", "identity in doubt");
}

pub fn status_of_tenants(city: &mut City<'_>) {
    city.rule("H-02");
    let p = city.person(51);
    city.tenancy(&[p], "dibao");
    city.expect(&p, Hit, "never-on-dibao", "从未在保", "never on dibao");
    for (case, days, expected, zh, en) in [
        ("ended-60-days-before", 60, Clear, "资格止于批准前六十日", "dibao ended 60 days before the grant"),
        ("ended-61-days-before", 61, Hit, "资格止于批准前六十一日", "dibao ended 61 days before the grant"),
    ] {
        let p = city.person(51);
        let home = city.dibao(&[p]);
        let last = city.m(-20);
        (city.case(&home).status, city.case(&home).end_month) = ("stopped", Some(last));
        city.unpay_from(&home, -19);
        let tenancy = city.tenancy(&[p], "dibao");
        let granted = plus_days(last.last_day(), days);
        city.each_tenant(tenancy, |row| (row.granted_on, row.from_on) = (granted, granted));
        city.expect(&p, expected, case, zh, en);
    }
    let pair = [city.person(51), city.person(50)];
    city.dibao(&[pair[1]]);
    city.tenancy(&pair, "dibao");
    city.expect(&pair[0], Clear, "co-tenant-on-dibao", "共同承租人在保", "the other tenant is on dibao");
    let p = city.person(51);
    city.tenancy(&[p], "low_income");
    city.expect(&p, Outside, "other-basis", "依据不是低保或特困", "granted on another basis");
    let p = city.person(51);
    let home = city.dibao(&[p]);
    let start = Month::of(city.d(-20));
    city.case(&home).start_month = Some(start);
    city.unpay_from(&home, -24);
    city.tenancy(&[p], "dibao");
    city.expect(&p, Clear, "on-dibao-now", "批准时不在保，现在在保", "not at the grant, but now");
}

pub fn arrears(city: &mut City<'_>) {
    city.rule("H-03");
    for (case, months, expected, zh, en) in [
        ("six-months", 6, Hit, "欠租六个月", "six months"),
        ("five-months", 5, Clear, "欠租五个月", "five months"),
    ] {
        let p = city.person(51);
        let tenancy = city.tenancy(&[p], "low_income");
        city.each_tenant(tenancy, |row| row.arrears_months = months);
        city.expect(&p, expected, case, zh, en);
    }
    let pair = [city.person(51), city.person(50)];
    let tenancy = city.tenancy(&pair, "low_income");
    city.each_tenant(tenancy, |row| row.arrears_months = 7);
    city.expect(&pair[1], Outside, "not-the-main-tenant", "不是主承租人", "not the main tenant");
}
