"""The pattern library (制约模式库): named, cited checks of the counties, each a three-valued test, some an action."""
