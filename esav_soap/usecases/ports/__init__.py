"""What the use cases need from the outside, as protocols. Adapters implement them, ``bootstrap`` joins them."""
