-- A number as string.format writes it, but each NaN as "nan": C gives some of them a sign, which means nothing.
-- numeral("%.4g", x)
return function(pattern, x)
  return x ~= x and "nan" or pattern:format(x)
end
