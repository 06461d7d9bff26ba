//! Prints the layers of each area, from top to bottom.

use universal_wallet_tidy::{layers, rules, tree::Tree};

fn main() -> Result<(), String> {
    let tree = Tree::of_workspace()?;
    let graph = universal_wallet_tidy::imports(&tree)?;
    for area in rules::AREAS {
        println!("{}", layers::picture(area, &graph, &tree));
    }
    Ok(())
}
