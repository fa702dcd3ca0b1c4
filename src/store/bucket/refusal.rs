//! What the server or the network said, told as what it means. Of an answer only its code is kept: the rest may repeat a key's
//! name or more.

use std::error::Error as _;

use super::{Address, BucketError};

/// What a failed request means.
pub(super) fn refusal(
    address: &Address,
    endpoint: &str,
    doing: &'static str,
    name: &str,
    error: &object_store::Error,
) -> BucketError {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        said.push('\n');
        said.push_str(&cause.to_string());
        next = cause.source();
    }
    let is_missing = matches!(error, object_store::Error::NotFound { .. });
    let is_denied = matches!(
        error,
        object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }
    );
    meaning(address, endpoint, doing, name, &said, is_missing, is_denied)
}

fn meaning(
    at: &Address,
    endpoint: &str,
    doing: &'static str,
    name: &str,
    said: &str,
    is_missing: bool,
    is_denied: bool,
) -> BucketError {
    let address = at.to_string();
    let object = at.object(name);
    match code(said) {
        Some("NoSuchBucket" | "NoSuchBucketPolicy") => BucketError::NoBucket { address },
        Some(
            code @ ("InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "RequestTimeTooSkewed"
            | "NotSignedUp"
            | "InvalidSecurity"),
        ) => BucketError::WrongKey { address, said: code.to_owned() },
        Some(
            code @ ("AuthorizationHeaderMalformed"
            | "PermanentRedirect"
            | "TemporaryRedirect"
            | "IllegalLocationConstraintException"),
        ) => BucketError::WrongRegion { address, said: code.to_owned() },
        Some("NoSuchKey") => BucketError::Missing { object },
        Some("NotImplemented") if doing == "write" => BucketError::NotExclusive { address },
        Some(code) if is_denied || code.contains("Denied") => {
            BucketError::Denied { doing, object, said: code.to_owned() }
        }
        Some(code) => BucketError::Failed { doing, object, said: code.to_owned() },
        None if said.contains("incorrectly configured region") => {
            BucketError::WrongRegion { address, said: "redirect".to_owned() }
        }
        None if is_missing => BucketError::Missing { object },
        None if is_denied => BucketError::Denied { doing, object, said: "403".to_owned() },
        None => match status(said) {
            Some(said) => BucketError::Failed { doing, object, said },
            None if said.contains("HTTP error") || said.contains("error sending request") => {
                BucketError::Unreachable { address, endpoint: endpoint.to_owned() }
            }
            None => BucketError::Failed { doing, object, said: "the answer is not understood".to_owned() },
        },
    }
}

/// The code of an S3 error document.
fn code(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let is_code = !code.is_empty() && code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric());
    is_code.then_some(code)
}

/// The status of an answer without a document.
fn status(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("status code: ")?;
    let status: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!status.is_empty()).then(|| format!("HTTP {status}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn of(said: &str, is_missing: bool, is_denied: bool) -> BucketError {
        let at = Address::parse(Path::new("s3://bucket/x")).unwrap().unwrap();
        meaning(&at, "https://10.0.0.1", "read", "a", said, is_missing, is_denied)
    }

    #[test]
    fn an_answer_is_told_as_what_it_means_and_never_repeated() {
        let document = |code: &str| {
            format!("Error … <Error><Code>{code}</Code><AWSAccessKeyId>AKIAHUSH</AWSAccessKeyId></Error>")
        };
        type Means = fn(&BucketError) -> bool;
        let kinds: [(&str, Means); 7] = [
            ("NoSuchBucket", |e| matches!(e, BucketError::NoBucket { .. })),
            ("SignatureDoesNotMatch", |e| matches!(e, BucketError::WrongKey { .. })),
            ("InvalidAccessKeyId", |e| matches!(e, BucketError::WrongKey { .. })),
            ("AuthorizationHeaderMalformed", |e| matches!(e, BucketError::WrongRegion { .. })),
            ("AccessDenied", |e| matches!(e, BucketError::Denied { .. })),
            ("NoSuchKey", |e| matches!(e, BucketError::Missing { .. })),
            ("InternalError", |e| matches!(e, BucketError::Failed { said, .. } if said == "InternalError")),
        ];
        for (code, is_meant) in kinds {
            let error = of(&document(code), false, false);
            assert!(is_meant(&error), "{code}: {error}");
            assert!(!format!("{error:?} {error} {:?}", error.hint()).contains("HUSH"), "{error:?}");
        }
        assert!(matches!(
            of("HTTP error: error sending request", false, false),
            BucketError::Unreachable { .. }
        ));
        assert!(
            matches!(of("Server returned non-2xx status code: 503 Service: ", false, false), BucketError::Failed { said, .. } if said == "HTTP 503")
        );
        assert!(matches!(
            of("Server returned non-2xx status code: 404 : ", true, false),
            BucketError::Missing { .. }
        ));
        assert!(matches!(of("status code: 403 Forbidden: ", false, true), BucketError::Denied { .. }));
        assert!(matches!(
            of("this normally indicates an incorrectly configured region", false, false),
            BucketError::WrongRegion { .. }
        ));
    }
}
