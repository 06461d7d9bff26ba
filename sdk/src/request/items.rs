//! A list as a stream of its items.

use std::vec::IntoIter;

use futures_util::stream::{Stream, try_unfold};

use crate::error::Error;
use crate::error::Kind;

/// State of a list while its items are streamed.
struct State<T, P> {
    items: IntoIter<T>,
    /// Position of the next page; `None` for the first.
    position: Option<P>,
    at_end: bool,
}

/// The items of a list, page after page. `page` returns the items from a position on, and the next
/// position unless the page is the last.
pub(crate) fn items<T, P, F>(
    start: Option<P>,
    page: impl Fn(Option<P>) -> F + Clone,
) -> impl Stream<Item = Result<T, Error>> + Unpin
where
    P: Clone + PartialEq,
    F: Future<Output = Result<(Vec<T>, Option<P>), Error>>,
{
    let state = State { items: Vec::new().into_iter(), position: start, at_end: false };
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
                let (items, position) = page(state.position.clone()).await?;
                if position.is_some() && position == state.position {
                    return Err(Error::new(Kind::EndlessList, None));
                }
                state = State { items: items.into_iter(), at_end: position.is_none(), position };
            }
        }
    }))
}
