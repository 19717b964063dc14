"""The body: the rows below a header, each told apart: what is data becomes candidates, what is printed is compared."""
