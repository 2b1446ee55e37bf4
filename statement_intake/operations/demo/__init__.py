"""The whole loop on this machine, nothing configured: real mail with real videos, a real IMAP and a real SMTP server.

It starts both servers (`stage.py`), delivers the mails of `mails.py`, runs the service as anybody runs it, waits until
everything is decided and answered (`play.py`), and compares every outcome with what it has to be (`report.py`).
"""
