"""Which variables hold a secret that any random text can be."""

from __future__ import annotations

import re

_OWN = re.compile(
    r"(?:[A-Z0-9]+_)*?(?:SECRET|SECRET_KEY|SECRET_KEY_BASE|APP_KEY|APP_SECRET|SESSION_KEY|"
    r"JWT_KEY|JWT_SECRET|JWT_SECRET_KEY|SIGNING_KEY|COOKIE_KEY|COOKIE_SECRET|TOKEN_SECRET|"
    r"PASSWORD_SALT|SECURITY_PASSWORD_SALT|SESSION_SALT)"
)
# Secrets that someone else issues: a random one would hide that they are missing.
_ISSUED = frozenset(
    """AWS S3 STRIPE GITHUB GITLAB GOOGLE FACEBOOK TWITTER LINKEDIN SLACK DISCORD TWILIO PAYPAL
    AUTH0 OKTA AZURE CLIENT OAUTH OAUTH2 WEBHOOK RECAPTCHA HCAPTCHA TURNSTILE CAPTCHA CONSUMER
    API OPENAI CLOUDINARY PUSHER PLAID SHOPIFY SQUARE RAZORPAY SPOTIFY MINIO""".split()  # noqa: SIM905 - words
)


def generated(name: str) -> bool:
    """Whether a random value serves for this variable: `SECRET_KEY`, never `STRIPE_SECRET_KEY`."""
    return bool(_OWN.fullmatch(name)) and _ISSUED.isdisjoint(name.split("_"))
