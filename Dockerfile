FROM node:22-bookworm AS source
WORKDIR /app
COPY package.json package-lock.json ./

FROM source AS packages
RUN npm ci --omit=dev --no-audit --no-fund

FROM source AS build
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
# The slim image has none, and dbmate, unlike Node, brings none.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/build build
COPY package.json ./
COPY app/start.js app/
COPY db/command.js db/build-age.js db/
COPY db/migrations db/migrations
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/livez').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not npm: node itself hears the signal to stop.
CMD ["node", "app/start.js"]
