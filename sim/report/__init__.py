"""What people read of a verdict. Everything here renders from the verdict alone."""
