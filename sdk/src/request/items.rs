//! A list as a stream of its items.

use std::vec::IntoIter;

use futures_util::stream::{Stream, try_unfold};

use crate::error::Error;
use crate::error::Kind;

/// State of a list while its items are streamed.
struct State<T> {
    items: IntoIter<T>,
    /// Cursor of the next page; `None` for the first.
    cursor: Option<String>,
    at_end: bool,
}

/// The items of a list, page after page. `page` returns the items from a cursor on, and the next
/// cursor unless the page is the last.
pub(crate) fn items<T, F>(
    start: Option<String>,
    page: impl Fn(Option<String>) -> F + Clone,
) -> impl Stream<Item = Result<T, Error>> + Unpin
where
    F: Future<Output = Result<(Vec<T>, Option<String>), Error>>,
{
    let state = State { items: Vec::new().into_iter(), cursor: start, at_end: false };
    Box::pin(try_unfold(state, move |mut state| {
        let page = page.clone();
        async move {
            loop {
                if let Some(item) = state.items.next() {
                    return Ok(Some((item, state)));
                }
                if state.at_end {
                    return Ok(None);
                }
                let (items, cursor) = page(state.cursor.clone()).await?;
                if cursor.is_some() && cursor == state.cursor {
                    return Err(Error::new(Kind::EndlessList, None));
                }
                state = State { items: items.into_iter(), at_end: cursor.is_none(), cursor };
            }
        }
    }))
}
