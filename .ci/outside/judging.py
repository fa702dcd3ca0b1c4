"""The three outcomes, written a second time: from the text of the rule book, not from hedui's code."""

import datetime

# Outcomes by their place in the rule book: of a row, the first that holds.
MISSING, STALE, GRACE, NOT_AUTHORISED, IN_DOUBT, NO_AGE, NO_MEMBERS, NO_STANDARD, HIT, CLEAR = range(1, 11)
REASONS = {MISSING: "dataset missing", STALE: "stale", NOT_AUTHORISED: "not authorised", IN_DOUBT: "identity in doubt",
           NO_AGE: "no age", NO_MEMBERS: "no members", NO_STANDARD: "no standard"}
# A subject may have several rows: a hit if any is one, else the lowest-numbered insufficient, else clear.
SUBJECT = f"min(CASE _outcome WHEN {HIT} THEN 0 WHEN {GRACE} THEN {CLEAR} ELSE _outcome END)"
# A hit that rests on a stale dataset is ranked one lower.
LOWERED = "map {'S1': 'S2', 'S2': 'S3', 'S3': 'S4', 'S4': 'S4', 'M1': 'M2', 'M2': 'M3', 'M3': 'M3'}[_severity]"

SUBJECT_COLUMNS = {"person": "person_id", "household": "household_id", "case": "case_id", "dataset": "dataset", "delivery": "delivery"}
# What is about feeds is counted and told in the run's notes: no lead.
OF_FEEDS = ("dataset", "delivery")


class Feeds:
    """How fresh every dataset was on the business date: what the manifest names against what the contracts allow."""

    def __init__(self, plan, contracts):
        self.t = datetime.date.fromisoformat(plan["business_date"])
        self.as_of, self.months = {}, {}
        for one in plan["inputs"]:
            as_of = datetime.date.fromisoformat(one["as_of"])
            self.as_of[one["dataset"]] = max(as_of, self.as_of.get(one["dataset"], as_of))
            self.months.setdefault(one["dataset"], set()).update(one["months"] or [])
        self.stale = {id for id, as_of in self.as_of.items() if (self.t - as_of).days > contracts[id].fresh_days}
        # A missing or stale `persons` withholds nothing for identity.
        self.knows_people = "civil_affairs.persons" in self.as_of.keys() - self.stale

    def months_of(self, text):
        """`M-12..M-1`, or `Y-1..Y` for a yearly dataset whose open January is not looked at: as YYYY-MM."""
        begin, _, end = text.partition("..")
        offset = lambda part: int(part.strip()[1:] or 0)
        now = self.t.year * 12 + self.t.month - 1
        numbers = range(offset(begin), offset(end or begin) + 1)
        months = [now + n for n in numbers] if text[0] == "M" else [(self.t.year + n) * 12 for n in numbers]
        return {f"{month // 12:04}-{month % 12 + 1:02}" for month in months if text[0] == "M" or month < now}

    def standing(self, rule):
        """What no judging is possible without; the outcome and its word that hold for everyone; whether hits are stale."""
        present, absent = (set(rule["needs"].get(name) or []) for name in ("present", "absent"))
        if rule["basis"] == "consent":
            present.add("civil_affairs.persons")
            absent.add("civil_affairs.authorisations")
        if rule.get("grace"):
            absent.add("civil_affairs.grace_periods")
        months = (rule["needs"].get("months") or {}).items()
        everyone = None
        if (present | absent) - self.as_of.keys():
            everyone = MISSING, REASONS[MISSING]
        elif absent & self.stale:
            everyone = STALE, REASONS[STALE]
        elif any(self.months_of(text) - self.months[id] for id, text in months):
            everyone = STALE, "month missing"
        return set(rule["population"]) - self.as_of.keys(), everyone, bool((present - absent) & self.stale)


def judging(rule, columns, everyone, feeds):
    """The statement that gives every candidate row `r` its outcome, and what a lead would say of it; `k` is its case."""
    own = lambda name: f'r."{name}"' if name in columns else "NULL"
    case, subject = own("case_id"), SUBJECT_COLUMNS[rule["subject"]]
    household = f"coalesce({own('household_id')}, k.household_id)"
    among = lambda fact: f"{case} IN (SELECT case_id FROM facts.{fact})"
    tests = {everyone[0]: "true"} if everyone else {}
    if rule.get("grace"):
        tests[GRACE] = among("cases_in_grace")
    if rule["basis"] == "consent":
        if "not_authorised" in columns:  # the rule says itself whose authorisation counts
            tests[NOT_AUTHORISED] = "r.not_authorised"
        elif subject == "person_id":  # a minor needs none; who has no age counts as an adult
            tests[NOT_AUTHORISED] = f"""
                NOT EXISTS (FROM facts.authorised_persons AS a WHERE a.household_id = {household} AND a.person_id = r.person_id)
                AND NOT EXISTS (FROM facts.person_ages AS y WHERE y.person_id = r.person_id AND y.age_months < 18 * 12)"""
        else:
            tests[NOT_AUTHORISED] = among("unauthorised_cases")
    if rule["severity"] in ("S1", "S2") and feeds.knows_people:
        doubtful_person = "r.person_id IN (SELECT person_id FROM facts.doubtful_persons)"
        tests[IN_DOUBT] = doubtful_person if subject == "person_id" else among("doubtful_cases")
    lacks = {NO_AGE: own("no_age"), NO_MEMBERS: own("no_members"), NO_STANDARD: own("no_standard")}
    tests |= lacks | {HIT: "r.hit"}
    whens = " ".join(f"WHEN {test} THEN {outcome}" for outcome, test in tests.items())
    division = "k.division"
    if rule["subject"] in OF_FEEDS:
        division = "NULL"
    elif rule["subject"] != "case":
        division = f"(SELECT division FROM facts.{rule['subject']}_divisions AS d WHERE d.{subject} = r.{subject})"
    direction = f"coalesce({own('direction')}, '{rule['direction']}')"
    # What the programme pays the case is at risk, unless the rule says more; what a family misses only the rule can know.
    at_risk = own("monthly_at_risk") if "monthly_at_risk" in columns else f"CASE WHEN {direction} <> 'missed' THEN k.monthly_amount END"
    return f"""
        SELECT r.*, r.{subject} AS _subject, CASE {whens} ELSE {CLEAR} END AS _outcome,
               r.hit AND NOT ({' OR '.join(f'coalesce({test}, false)' for test in lacks.values())}) AS _would_hit,
               coalesce({division}, $division) AS _division, k.division AS _case_division, {household} AS _household, {case} AS _case,
               {direction} AS _direction, coalesce({own('severity')}, '{rule['severity']}') AS _severity,
               coalesce({own('programme')}, k.programme) AS _programme, {at_risk} AS _at_risk, {own('total_so_far')} AS _so_far,
               TRY_CAST({own('threshold')} AS DECIMAL(18, 4)) AS _threshold, TRY_CAST({own('value')} AS DECIMAL(18, 4)) AS _value
        FROM candidates AS r LEFT JOIN civil_affairs.cases AS k ON k.case_id = {case}"""
