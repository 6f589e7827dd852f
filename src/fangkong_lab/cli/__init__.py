"""The command line: thin; every command is one module, imported only when it is called."""
