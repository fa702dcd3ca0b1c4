//! Statements of every shape give the same rows on a cluster as here.

use std::{
    net::{SocketAddr, TcpListener as Listener},
    path::{Path, PathBuf},
    time::Duration,
};

use arrow::util::pretty::pretty_format_batches;
use tempfile::TempDir;
use tokio::{sync::oneshot, time::timeout};

use super::*;
use crate::{
    engine::{
        Placeholders, TableName,
        address::{ExecutorSetting, SchedulerSetting, Storage},
    },
    store::bucket::Settings,
};

/// A scheduler and two executors in this process, for as long as the runtime lives, and tables for them.
struct Nodes {
    cluster: Cluster,
    folder: TempDir,
}

impl Nodes {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_tables(folder.path()).await;
        let storage = || Storage { settings: Settings::of([]), has_files: true };
        let (announce, announced) = oneshot::channel();
        let setting = SchedulerSetting {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            name: None,
            patience: Duration::from_secs(5),
            storage: storage(),
        };
        tokio::spawn(async move { serve_scheduler(&setting, |listen| announce.send(listen).unwrap()).await });
        let scheduler: Address = announced.await.unwrap().to_string().parse().unwrap();
        for node in 0..2 {
            let work = folder.path().join(format!("work-{node}"));
            std::fs::create_dir(&work).unwrap();
            let setting = ExecutorSetting {
                scheduler: scheduler.clone(),
                listen: free(),
                tasks: free().port(),
                name: None,
                work,
                limits: Limits { threads: 1, memory: None },
                storage: storage(),
            };
            tokio::spawn(async move { serve_executor(&setting, || {}).await });
        }
        Self { cluster: Cluster::reach(&scheduler, |_| {}).await.unwrap(), folder }
    }

    /// The rows that a statement gives, sorted: here, and on the cluster in so many parts.
    async fn rows(&self, sql: &str, parts: usize) -> [String; 2] {
        let mut both = Vec::new();
        for cluster in [None, Some(&self.cluster)] {
            let limits = Limits { threads: parts, memory: None };
            let engine = Engine::over(limits, cluster, None, self.folder.path()).unwrap();
            add_tables(&engine, self.folder.path());
            let values = Placeholders::default();
            let rows = timeout(Duration::from_secs(60), engine.collect("it", sql, &values));
            let rows = match rows.await {
                Ok(Ok((_, rows))) => pretty_format_batches(&rows).unwrap().to_string(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "no end".to_owned(),
            };
            let mut lines: Vec<&str> = rows.lines().collect();
            lines.sort_unstable();
            lines.dedup_by(|a, b| a.starts_with("+-") && b.starts_with("+-"));
            both.push(lines.join("\n"));
        }
        both.try_into().unwrap()
    }
}

fn free() -> SocketAddr {
    Listener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// The tables, each in some files of the rows that its statement gives for the file's number.
const TABLES: [(&str, u32, &str); 4] = [
    (
        "people",
        2,
        "SELECT concat('p', n) AS person_id, CASE WHEN n % 7 > 0 THEN concat('h', n / 3) END AS household_id,
         CAST(CAST(n * 11 AS INT) AS DATE) AS born_on FROM (SELECT 2 * i + {file} AS n FROM {numbers} WHERE i < 700) AS k",
    ),
    (
        "payments",
        3,
        "SELECT concat('p', n % 1500) AS person_id, n % 5 AS month,
         CASE WHEN n % 11 > 0 THEN CAST(n * 0.37 AS DECIMAL(12, 2)) END AS amount
         FROM (SELECT 3 * i + {file} AS n FROM {numbers}) AS k",
    ),
    ("places", 1, "SELECT concat('h', i) AS household_id, i % 4 AS place FROM {numbers} WHERE i < 40"),
    ("nobody", 1, "SELECT concat('p', i) AS person_id FROM {numbers} WHERE i < 0"),
];

/// Writes the tables.
async fn write_tables(folder: &Path) {
    let engine = Engine::new(Limits { threads: 1, memory: None }).unwrap();
    for (table, files, sql) in TABLES {
        for file in 0..files {
            let sql = sql.replace("{file}", &file.to_string());
            let sql = sql.replace("{numbers}", "(SELECT value AS i FROM generate_series(0, 899)) AS numbers");
            let path = folder.join(format!("{table}-{file}.parquet"));
            engine.write(table, &sql, &Placeholders::default(), &path).await.unwrap();
        }
    }
}

fn add_tables(engine: &Engine, folder: &Path) {
    for (table, files, _) in TABLES {
        let paths: Vec<_> = (0..files).map(|file| folder.join(format!("{table}-{file}.parquet"))).collect();
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        engine.add_kept(&TableName::new("a", table), &paths).unwrap();
    }
}

/// What offices may well write.
const SHAPES: &[&str] = &[
    "SELECT person_id FROM a.people WHERE household_id IS NULL",
    "SELECT count(*) AS n FROM a.people",
    "SELECT count(household_id) AS n FROM a.people",
    "SELECT count(*) AS n, min(born_on) AS b, max(person_id) AS p FROM a.people",
    "SELECT 1 AS at, (SELECT count(household_id) FROM a.people) AS n FROM a.places WHERE place = 1",
    "SELECT 1 AS at, count(household_id) AS n FROM a.people UNION ALL SELECT 2, count(*) FROM a.payments",
    "SELECT 1 AS at, (SELECT count(household_id) FROM a.people) AS n, count(*) AS unfound FROM a.people AS r \
     WHERE r.household_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM a.places AS k WHERE k.household_id = r.household_id)",
    "SELECT 1 AS at, (SELECT count(household_id) FROM a.people) AS n, count(*) AS unfound FROM a.people AS r \
     WHERE r.household_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM a.places AS k WHERE k.household_id = r.household_id) \
     UNION ALL SELECT 2, (SELECT count(person_id) FROM a.payments), count(*) FROM a.payments AS r \
     WHERE r.person_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM a.people AS k WHERE k.person_id = r.person_id)",
    "SELECT c.n, u.unfound FROM (SELECT count(household_id) AS n FROM a.people) AS c CROSS JOIN (SELECT count(*) AS unfound \
     FROM a.people AS r LEFT ANTI JOIN a.places AS k ON k.household_id = r.household_id) AS u",
    "SELECT person_id, sum(amount) AS s, count(DISTINCT month) AS m FROM a.payments GROUP BY person_id HAVING sum(amount) > 900.00",
    "SELECT p.person_id, q.month, q.amount FROM a.people AS p JOIN a.payments AS q ON q.person_id = p.person_id",
    "SELECT p.person_id, q.amount FROM a.people AS p LEFT JOIN a.payments AS q ON q.person_id = p.person_id AND q.month = 3",
    "SELECT p.person_id, k.place FROM a.people AS p FULL JOIN a.places AS k ON k.household_id = p.household_id",
    "SELECT person_id FROM a.people WHERE household_id IN (SELECT household_id FROM a.places WHERE place = 2)",
    "SELECT person_id FROM a.people WHERE household_id NOT IN (SELECT household_id FROM a.places)",
    "SELECT person_id FROM a.people AS p WHERE EXISTS (SELECT 1 FROM a.payments AS q WHERE q.person_id = p.person_id)",
    "SELECT person_id FROM a.people UNION SELECT person_id FROM a.payments",
    "SELECT person_id FROM a.people INTERSECT SELECT person_id FROM a.payments",
    "SELECT person_id FROM a.people EXCEPT SELECT person_id FROM a.payments",
    "SELECT DISTINCT household_id FROM a.people",
    "SELECT household_id, born_on FROM a.people ORDER BY born_on LIMIT 7",
    "SELECT person_id, row_number() OVER (PARTITION BY household_id ORDER BY born_on) AS r FROM a.people",
    "SELECT month, sum(amount) OVER (PARTITION BY person_id ORDER BY month, amount) AS s FROM a.payments WHERE month < 2",
    "SELECT person_id FROM a.nobody",
    "SELECT count(*) AS n FROM a.nobody",
    "SELECT p.person_id FROM a.people AS p WHERE NOT EXISTS (SELECT 1 FROM a.nobody AS k WHERE k.person_id = p.person_id)",
    "SELECT p.person_id FROM a.people AS p, a.places AS k WHERE p.household_id > k.household_id AND k.place = 3",
    "SELECT place, (SELECT max(q.amount) FROM a.payments AS q WHERE q.month = k.place) AS most FROM a.places AS k",
    "SELECT person_id FROM a.payments WHERE amount > (SELECT avg(amount) FROM a.payments)",
    "WITH s AS (SELECT person_id, sum(amount) AS s FROM a.payments GROUP BY person_id) \
     SELECT x.person_id, x.s FROM s AS x JOIN (SELECT max(s) AS m FROM s) AS y ON x.s = y.m",
    "SELECT month, string_agg(person_id, ',' ORDER BY person_id) AS t FROM a.payments GROUP BY month",
    "SELECT month, person_id, sum(amount) AS s FROM a.payments GROUP BY GROUPING SETS ((month), (person_id))",
    "SELECT v.at, p.person_id FROM (VALUES (1, 'p1'), (2, 'p2')) AS v(at, id) JOIN a.people AS p ON p.person_id = v.id",
    "SELECT v.at FROM (VALUES (1), (2)) AS v(at) UNION ALL SELECT place FROM a.places",
    "SELECT p.person_id, k.place FROM a.places AS k LEFT JOIN a.people AS p ON p.born_on > DATE '1980-01-01' AND k.household_id > p.person_id",
    "SELECT p.person_id, k.place FROM a.people AS p LEFT JOIN a.places AS k ON k.household_id > p.household_id AND k.place = 3",
    "SELECT p.person_id, k.place FROM a.people AS p RIGHT JOIN a.places AS k ON k.household_id > p.household_id AND k.place = 3",
    "SELECT p.person_id, k.place FROM a.people AS p FULL JOIN a.places AS k ON k.household_id > p.household_id AND k.place = 3",
    "SELECT p.person_id FROM a.people AS p WHERE EXISTS (SELECT 1 FROM a.places AS k WHERE k.household_id > p.household_id AND k.place = 3)",
    "SELECT p.person_id FROM a.people AS p WHERE NOT EXISTS (SELECT 1 FROM a.places AS k WHERE k.household_id > p.household_id)",
    "SELECT k.place FROM a.places AS k WHERE NOT EXISTS (SELECT 1 FROM a.people AS p WHERE k.household_id > p.household_id AND p.born_on > DATE '1990-01-01')",
    "SELECT person_id FROM a.people AS p WHERE household_id = 'h3' OR EXISTS (SELECT 1 FROM a.places AS k WHERE k.household_id = p.household_id)",
    "SELECT p.person_id, x.n FROM a.people AS p CROSS JOIN (SELECT count(*) AS n FROM a.payments WHERE month = 2) AS x",
    "SELECT p.person_id, q.amount FROM a.people AS p JOIN LATERAL (SELECT amount FROM a.payments AS q WHERE q.person_id = p.person_id AND q.month = 1) AS q ON true",
    "SELECT count(*) AS n FROM (SELECT person_id FROM a.people UNION ALL SELECT person_id FROM a.payments) AS u",
    "SELECT person_id, count(*) AS n FROM (SELECT person_id FROM a.people UNION ALL SELECT person_id FROM a.payments) AS u GROUP BY person_id",
    "SELECT u.person_id, p.born_on FROM (SELECT person_id, 1 AS k FROM a.people WHERE born_on < DATE '1975-01-01' UNION ALL SELECT person_id, month FROM a.payments UNION ALL SELECT household_id, place FROM a.places) AS u JOIN a.people AS p ON p.person_id = u.person_id",
    "SELECT * FROM (SELECT person_id FROM a.people UNION ALL SELECT person_id FROM a.payments) AS u ORDER BY person_id LIMIT 9",
    "SELECT person_id FROM (SELECT person_id FROM a.people ORDER BY person_id LIMIT 5) AS x UNION ALL SELECT household_id FROM a.places",
    "SELECT a.person_id FROM a.people AS a JOIN (SELECT household_id FROM a.places UNION SELECT household_id FROM a.people WHERE born_on < DATE '1971-01-01') AS k USING (household_id)",
    "SELECT x.n, y.n AS m FROM (SELECT count(*) AS n FROM a.people) AS x, (SELECT count(*) AS n FROM a.payments WHERE month = 1) AS y UNION ALL SELECT place, 1 FROM a.places",
    "SELECT p.person_id, x.m FROM a.people AS p, (SELECT max(amount) AS m FROM a.payments) AS x WHERE p.household_id IS NULL UNION ALL SELECT person_id, amount FROM a.payments WHERE amount IS NULL",
    "SELECT household_id, count(*) FILTER (WHERE born_on > DATE '1980-01-01') AS n, min(person_id) AS p FROM a.people GROUP BY household_id UNION ALL SELECT household_id, place, NULL FROM a.places",
    "SELECT person_id, lag(amount) OVER (PARTITION BY person_id ORDER BY month, amount) AS b, sum(amount) OVER () AS t FROM a.payments WHERE month < 2",
    "SELECT person_id, sum(n) AS n FROM (SELECT person_id, count(*) AS n FROM a.people GROUP BY person_id UNION ALL \
     SELECT person_id, count(*) FROM a.payments GROUP BY person_id) AS u GROUP BY person_id",
    "SELECT p.person_id FROM a.people AS p WHERE EXISTS (SELECT 1 FROM (SELECT household_id FROM a.places UNION ALL \
     SELECT person_id FROM a.payments) AS u WHERE u.household_id = p.household_id)",
    "SELECT x.person_id FROM (SELECT person_id FROM a.people UNION ALL SELECT person_id FROM a.payments) AS x \
     JOIN (SELECT person_id FROM a.payments WHERE month = 4 UNION SELECT person_id FROM a.people WHERE household_id = 'h9') AS y \
     ON y.person_id = x.person_id",
    "SELECT g.household_id, count(k.place) AS n FROM a.places AS k RIGHT JOIN (SELECT household_id, count(*) AS n FROM a.people \
     GROUP BY household_id) AS g ON g.household_id > k.household_id AND k.place = 3 GROUP BY g.household_id",
    "SELECT x.person_id, count(*) AS n FROM (SELECT p.person_id FROM a.people AS p JOIN a.payments AS q ON q.person_id = p.person_id \
     UNION ALL SELECT p.person_id FROM a.people AS p JOIN a.payments AS q ON q.person_id = p.person_id AND q.month = 1) AS x \
     GROUP BY x.person_id",
    "SELECT DISTINCT ON (household_id) household_id, person_id FROM a.people ORDER BY household_id, person_id",
    "SELECT month, count(*) AS n FROM a.payments GROUP BY month ORDER BY month OFFSET 2",
    "SELECT 1 AS at UNION ALL SELECT place FROM a.places UNION ALL SELECT count(*) FROM a.people",
];

#[tokio::test(flavor = "multi_thread")]
async fn statements_of_every_shape_give_the_same_rows_as_here() {
    let nodes = Nodes::start().await;
    let mut wrong = Vec::new();
    for (sql, parts) in SHAPES.iter().flat_map(|sql| [(sql, 2), (sql, 5)]) {
        let [here, there] = nodes.rows(sql, parts).await;
        assert!(here.starts_with('+'), "{sql}\n{here}");
        if here != there {
            let shown = |rows: &str| {
                let first: String = rows.chars().take(200).collect();
                format!("{} lines:\n{first}", rows.lines().count())
            };
            wrong.push(format!("{sql}, {parts} parts\nhere {}\nthere {}", shown(&here), shown(&there)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
