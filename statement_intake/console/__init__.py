"""The secretariat's web pages: one file for each page or verb, its template in templates/.

To add a page: a file here with a `router`, a template that extends base.html, a row in the tables of `application` and
(if people go there by themselves) of `navigation`. A page asks for somebody by its argument (`Viewer`, `Officer`,
`Administrator` of `door`), gets its collaborators from `parts_of(request)`, and answers with `render`. Whatever changes
something goes through `review` or the outbox; nothing here writes decisions. Words stand in templates, in
`{{ _("...") }}`, and in catalogues/console.pot.
"""
