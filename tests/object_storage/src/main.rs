//! Serves a folder as object storage on loopback, each folder in it as a bucket: `object-storage FOLDER PORT ID SECRET [REQUESTS]`.
//!
//! Prints its address. With `careless` for REQUESTS it asks nobody for keys and ignores the conditions of writes. With REQUESTS it is gone with the last of so many: an odd number before it is done, an even one after it
//! was done and before it is answered.

use std::{
    io::Write as _,
    process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hyper::{body::Incoming, service::service_fn};
use hyper_util::{rt::TokioExecutor, rt::TokioIo, server::conn::auto::Builder};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, port, id, secret, more @ ..] = arguments.as_slice() else {
        return Err("object-storage FOLDER PORT ID SECRET [REQUESTS]".into());
    };
    let is_careless = more.first().is_some_and(|word| word == "careless");
    let requests = more.first().filter(|_| !is_careless);
    let last: u64 = requests.map_or(Ok(u64::MAX), |requests| requests.parse())?;
    let files = FileSystem::new(folder).map_err(|error| format!("{error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    if !is_careless {
        service.set_auth(SimpleAuth::from_single(id.as_str(), secret.as_str()));
    }
    let service = service.build();
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    println!("http://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let asked = Arc::new(AtomicU64::new(0));
    loop {
        let (socket, _) = listener.accept().await?;
        let (service, asked) = (service.clone(), Arc::clone(&asked));
        let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
            let (service, asked) = (service.clone(), Arc::clone(&asked));
            if is_careless {
                request.headers_mut().remove("if-none-match");
                request.headers_mut().remove("if-match");
                request.headers_mut().remove("authorization");
            }
            async move {
                let number = asked.fetch_add(1, Ordering::SeqCst) + 1;
                let is_last = number >= last;
                if is_last && last % 2 == 1 {
                    process::exit(0);
                }
                let answer = service.call(request.map(Into::into)).await;
                if is_last {
                    process::exit(0);
                }
                answer
            }
        });
        tokio::spawn(async move {
            // A client that goes away is no concern of the others.
            let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}
