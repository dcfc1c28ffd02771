"""A small web site to practise on: shop, sign-in, news, forms and more, all in memory."""
