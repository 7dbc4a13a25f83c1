// For the pages that are not in STRICT of scripts/lint_views.py yet: what any element may have.
interface Element {
  hidden?: any;
  disabled?: any;
  value?: any;
  placeholder?: any;
}
