"""PEs with a dense MAC: the sum after a product, whatever rows it is kept in."""
