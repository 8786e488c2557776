"""``accord demo``: the whole job on two simulated CRMs. The only product code that knows the sandbox."""
