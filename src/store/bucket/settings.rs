//! How object storage is reached, as the AWS tools are told: `AWS_…` from the environment, which the command line reads.
//! Secrets go in here and never come out again, not even for debugging.

use std::{collections::BTreeMap, fmt, str::FromStr as _, time::Duration};

use object_store::{
    ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    client::ClientConfigKey,
};

use super::{Address, BucketError};

/// After so long a request that the network or the server fails is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// A part of a file takes no longer than this, or it is asked for again.
const ONE_REQUEST: Duration = Duration::from_secs(120);
const CONNECT: Duration = Duration::from_secs(5);

/// Settings by name.
#[derive(Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, String>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Settings {
    /// From names and values, of which only those beginning with `AWS_` count.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = |(name, value): &(String, String)| name.starts_with("AWS_") && !value.is_empty();
        Self { values: pairs.into_iter().filter(ours).collect() }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn is_true(&self, name: &str) -> bool {
        self.value(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// The server, for messages.
    pub(super) fn endpoint(&self) -> String {
        let named = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"]
            .iter()
            .find_map(|name| self.value(name));
        named.map_or_else(|| "Amazon S3".to_owned(), str::to_owned)
    }

    /// The client of a bucket.
    pub(super) fn client(&self, address: &Address) -> Result<AmazonS3, BucketError> {
        self.check()?;
        let mut client = ClientOptions::new().with_timeout(ONE_REQUEST).with_connect_timeout(CONNECT);
        let mut builder = AmazonS3Builder::new();
        for (name, value) in &self.values {
            // What the AWS tools know besides is none of ours.
            match AmazonS3ConfigKey::from_str(&name.to_ascii_lowercase()) {
                // Nor is the bucket another one, a condition none, or what is sent without its digest.
                Ok(
                    AmazonS3ConfigKey::Bucket
                    | AmazonS3ConfigKey::ConditionalPut
                    | AmazonS3ConfigKey::UnsignedPayload,
                )
                | Err(_) => {}
                Ok(AmazonS3ConfigKey::Client(key)) => client = client.with_config(key, value),
                Ok(key) => builder = builder.with_config(key, value),
            }
        }
        if let Some(endpoint) = self.value("AWS_ENDPOINT_URL_S3") {
            builder = builder.with_endpoint(endpoint);
        }
        if self.is_true("AWS_ALLOW_HTTP") {
            client = client.with_config(ClientConfigKey::AllowHttp, "true");
        }
        let mut retry = RetryConfig { retry_timeout: PATIENCE, ..RetryConfig::default() };
        if let Some(attempts) = self.value("AWS_MAX_ATTEMPTS") {
            let attempts = attempts.parse::<usize>().ok().filter(|attempts| *attempts > 0);
            retry.max_retries = attempts.ok_or_else(|| bad("AWS_MAX_ATTEMPTS"))? - 1;
        }
        let built =
            builder.with_bucket_name(&address.bucket).with_client_options(client).with_retry(retry).build();
        // Its error may repeat a value.
        built.map_err(|_| bad("AWS_…"))
    }

    /// What would only show later, and not clearly.
    fn check(&self) -> Result<(), BucketError> {
        let has = |name: &str| self.value(name).is_some();
        let has_keys = has("AWS_ACCESS_KEY_ID") && has("AWS_SECRET_ACCESS_KEY");
        let others = [
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_METADATA_ENDPOINT",
        ];
        let is_cloud_machine =
            self.value("AWS_EC2_METADATA_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("false"));
        if !has_keys
            && !is_cloud_machine
            && !others.into_iter().any(has)
            && !self.is_true("AWS_SKIP_SIGNATURE")
        {
            return Err(BucketError::NoKeys);
        }
        for name in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"] {
            let Some(endpoint) = self.value(name) else { continue };
            let Some((scheme, rest)) = endpoint.split_once("://") else { return Err(bad(name)) };
            let server = rest.split('/').next().unwrap_or_default();
            // Keys in an address would be shown with it.
            if server.is_empty() || server.contains('@') || endpoint.contains('?') {
                return Err(bad(name));
            }
            match scheme.to_ascii_lowercase().as_str() {
                "https" => {}
                "http" if self.is_true("AWS_ALLOW_HTTP") => {}
                "http" => return Err(BucketError::NotEncrypted),
                _ => return Err(bad(name)),
            }
        }
        Ok(())
    }
}

fn bad(name: &str) -> BucketError {
    BucketError::BadSetting { name: name.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn client(pairs: &[(&str, &str)]) -> Result<AmazonS3, BucketError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let address = Address::parse(Path::new("s3://bucket/x")).unwrap().unwrap();
        Settings::of(pairs).client(&address)
    }

    const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIAXX"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];

    #[test]
    fn settings_never_show_their_values() {
        let settings = Settings::of([("AWS_SECRET_ACCESS_KEY".to_owned(), "hush-hush".to_owned())]);
        assert_eq!(format!("{settings:?}"), r#"{"AWS_SECRET_ACCESS_KEY"}"#);
    }

    #[test]
    fn what_is_missing_or_unsafe_is_said_before_anything_is_sent() {
        assert!(matches!(client(&[]), Err(BucketError::NoKeys)));
        assert!(matches!(client(&KEYS[..1]), Err(BucketError::NoKeys)));
        let with = |name, value| client(&[KEYS[0], KEYS[1], (name, value)]);
        assert!(with("AWS_REGION", "cn-north-1").is_ok());
        assert!(matches!(with("AWS_ENDPOINT_URL", "http://10.0.0.1:9000"), Err(BucketError::NotEncrypted)));
        let closed =
            [KEYS[0], KEYS[1], ("AWS_ENDPOINT_URL", "http://10.0.0.1:9000"), ("AWS_ALLOW_HTTP", "true")];
        assert!(client(&closed).is_ok());
        for wrong in ["https://hush:hush@10.0.0.1", "10.0.0.1:9000", "ftp://10.0.0.1", "https://"] {
            let error = with("AWS_ENDPOINT_URL", wrong).unwrap_err();
            assert!(
                matches!(&error, BucketError::BadSetting { name } if name == "AWS_ENDPOINT_URL"),
                "{error}"
            );
            assert!(!format!("{error:?}{:?}", error.hint()).contains("hush"));
        }
        assert!(matches!(with("AWS_MAX_ATTEMPTS", "0"), Err(BucketError::BadSetting { .. })));
        let error = with("AWS_CHECKSUM_ALGORITHM", "hush-hush").unwrap_err();
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }
}
