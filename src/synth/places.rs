//! The prefecture: real counties of GB/T 2260, made-up townships and villages.
//!
//! Never a real township: the nine- and twelve-digit codes and their names are invented.

/// One county of the prefecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct County {
    /// GB/T 2260, six digits.
    pub code: u32,
    /// Its name.
    pub name: &'static str,
    /// Its share of the people, in hundredths.
    pub weight: u32,
    /// How many townships are made up for it.
    pub townships: u32,
}

/// The prefecture's code.
pub const PREFECTURE: u32 = 330_300;

const fn county(code: u32, name: &'static str, weight: u32, townships: u32) -> County {
    County { code, name, weight, townships }
}

/// All counties, by code. The shares follow the sizes of the real ones roughly.
pub const COUNTIES: [County; 12] = [
    county(330_302, "鹿城区", 12, 8),
    county(330_303, "龙湾区", 8, 6),
    county(330_304, "瓯海区", 10, 7),
    county(330_305, "洞头区", 2, 4),
    county(330_324, "永嘉县", 9, 9),
    county(330_326, "平阳县", 9, 8),
    county(330_327, "苍南县", 9, 8),
    county(330_328, "文成县", 3, 6),
    county(330_329, "泰顺县", 3, 6),
    county(330_381, "瑞安市", 16, 9),
    county(330_382, "乐清市", 14, 9),
    county(330_383, "龙港市", 5, 5),
];

/// First and second characters of made-up township names.
const FIRST: [&str; 12] = ["云", "溪", "松", "石", "青", "南", "竹", "桥", "梅", "江", "岭", "塘"];
const SECOND: [&str; 9] = ["川", "门", "湾", "山", "坪", "岩", "畔", "里", "洋"];

/// The nine-digit code of a county's n-th township, from 0: two street offices, then towns.
pub fn township(county: &County, n: u32) -> u64 {
    let own = if n < 2 { n + 1 } else { 98 + n };
    u64::from(county.code) * 1000 + u64::from(own)
}

/// The twelve-digit code of a township's n-th village, from 0.
pub fn village(township: u64, n: u32) -> u64 {
    township * 1000 + 201 + u64::from(n)
}

/// The township of a village.
pub fn township_of(village: u64) -> u64 {
    village / 1000
}

/// The county (index in [`COUNTIES`]) of a block: each county as often as its share says, spread evenly.
pub fn county_of_block(block: u32) -> usize {
    // 100 is the sum of the weights; 37 shares no factor with it, so 100 blocks visit every share once.
    let mut place = (block.wrapping_mul(37).wrapping_add(11)) % 100;
    for (index, county) in COUNTIES.iter().enumerate() {
        if place < county.weight {
            return index;
        }
        place -= county.weight;
    }
    0
}

/// The list of divisions as CSV, in the columns of `reference.divisions`.
pub fn divisions_csv() -> String {
    let mut text = String::from("code,name_zh,level,parent_code,valid_from,valid_to,successor_code\n");
    let mut line = |code: u64, name: &str, level: &str, parent: &str| {
        text.push_str(&format!("{code},{name},{level},{parent},2020-01-01,,\n"));
    };
    line(330_000, "浙江省", "province", "");
    line(u64::from(PREFECTURE), "温州市", "prefecture", "330000");
    let mut named = 0;
    for county in &COUNTIES {
        line(u64::from(county.code), county.name, "county", "330300");
        for n in 0..county.townships {
            // Each round through the first characters meets other second ones, so no name comes twice.
            let first = FIRST.get(named % FIRST.len()).copied().unwrap_or_default();
            let second =
                SECOND.get((named / FIRST.len() + named) % SECOND.len()).copied().unwrap_or_default();
            named += 1;
            let kind = if n < 2 { "街道" } else { "镇" };
            let name = format!("{first}{second}{kind}");
            line(township(county, n), &name, "township", &county.code.to_string());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_blocks_meet_every_county_by_its_share() {
        let mut seen = [0_u32; 12];
        (0..100).for_each(|block| seen[county_of_block(block)] += 1);
        assert_eq!(seen, COUNTIES.map(|county| county.weight));
        assert_eq!(seen.iter().sum::<u32>(), 100);
    }

    #[test]
    fn township_names_and_codes_are_distinct() {
        let csv = divisions_csv();
        let names: std::collections::BTreeSet<_> =
            csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
        let codes: std::collections::BTreeSet<_> =
            csv.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(codes.len(), csv.lines().count() - 1);
        assert_eq!(names.len(), csv.lines().count() - 1);
        assert_eq!(township(&COUNTIES[0], 0), 330_302_001);
        assert_eq!(township(&COUNTIES[0], 2), 330_302_100);
        assert_eq!(township_of(village(330_302_100, 4)), 330_302_100);
    }
}
