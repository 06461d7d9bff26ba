// An expression, since an example's statements can include nothing else.
{
    /// Runs an example of the documentation with the client of the environment, such as that of `cargo xtask dev`.
    /// Without such a client, the example is only compiled.
    fn with_client<F>(example: F)
    where
        F: AsyncFnOnce(universal_wallet_sdk::Client) -> Result<(), universal_wallet_sdk::Error>,
    {
        if std::env::var_os("UNIVERSAL_WALLET_URL").is_none() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { example(universal_wallet_sdk::Client::from_env()?).await }).unwrap();
    }
    with_client
}
