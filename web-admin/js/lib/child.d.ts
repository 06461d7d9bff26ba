/** Content of an element. JSDoc cannot name a type inside itself, so this one is declared here. */
export type Child = Node | string | number | null | undefined | false | Child[];
